/* directory/user_store.c - rows of user_account and credential_password. Parameters and columns come in this order:
 * the texts of enum user_text, business phones, other mails, enabled, guest, sessions valid from, changed, key, created. */
#include "directory/sql_catalog.h"
#include "directory/user.h"

static err bind_user(struct statement *s, const struct user *u)
{
	int next = 1;

	for (int i = 0; i < USER_TEXTS; i++)
		TRY(bind_text_or_null(s, next++, u->text[i]));
	TRY(bind_text(s, next++, u->business_phones));
	TRY(bind_text(s, next++, u->other_mails));
	TRY(bind_i64(s, next++, u->enabled));
	TRY(bind_i64(s, next++, u->guest));
	TRY(bind_i64(s, next++, u->sessions_valid_from.ms));
	TRY(bind_i64(s, next++, u->changed.ms));
	return bind_i64(s, next, u->key);
}

err user_insert(struct store *store, struct user *u)
{
	SCOPED(statement) s = { 0 };

	TRY(object_insert(store, &u->id, OBJECT_USER, &u->key));
	TRY(statement_open(store, &SQL_USER_INSERT, &s));
	TRY(bind_user(&s, u));
	TRY(bind_i64(&s, USER_TEXTS + 8, u->created.ms));
	return statement_run(&s);
}

err user_update(struct store *store, const struct user *u)
{
	SCOPED(statement) s = { 0 };

	TRY(statement_open(store, &SQL_USER_UPDATE, &s));
	TRY(bind_user(&s, u));
	return statement_run_one(&s);
}

static err read_user(struct statement *s, struct arena *arena, struct user *out)
{
	bool row = false;
	int next = 0;

	TRY(statement_step(s, &row));
	if (!row)
		FAIL(ERR_NOT_FOUND, "there is no such user");
	*out = (struct user){ 0 };
	for (int i = 0; i < USER_TEXTS; i++)
		out->text[i] = column_text_copy(s, next++, arena);
	out->business_phones = column_text_copy(s, next++, arena);
	out->other_mails = column_text_copy(s, next++, arena);
	out->enabled = column_i64(s, next++);
	out->guest = column_i64(s, next++);
	out->sessions_valid_from.ms = column_i64(s, next++);
	out->changed.ms = column_i64(s, next++);
	out->key = column_i64(s, next++);
	out->created.ms = column_i64(s, next++);
	out->id = column_uuid(s, next++);
	out->password_phc = column_text_copy(s, next++, arena);
	out->force_change_password = column_i64(s, next++);
	out->password_changed.ms = column_i64(s, next);
	TRY_NEW(out->text[USER_PRINCIPAL_NAME].at);
	return OK;
}

err user_by_id(struct store *store, const struct uuid *id, struct arena *arena, struct user *out)
{
	SCOPED(statement) s = { 0 };

	TRY(statement_open(store, &SQL_USER_BY_ID, &s));
	TRY(bind_uuid(&s, 1, id));
	return read_user(&s, arena, out);
}

err user_by_name(struct store *store, str upn, struct arena *arena, struct user *out)
{
	SCOPED(statement) s = { 0 };

	TRY(statement_open(store, &SQL_USER_BY_NAME, &s));
	TRY(bind_text(&s, 1, upn));
	return read_user(&s, arena, out);
}

err user_put_password(struct store *store, int64_t key, str phc, bool force_change, struct instant now)
{
	SCOPED(statement) s = { 0 };

	TRY(statement_open(store, &SQL_PASSWORD_PUT, &s));
	TRY(bind_i64(&s, 1, key));
	TRY(bind_text(&s, 2, phc));
	TRY(bind_i64(&s, 3, force_change));
	TRY(bind_i64(&s, 4, now.ms));
	return statement_run(&s);
}

err user_revoke_sessions(struct store *store, int64_t key, struct instant now)
{
	SCOPED(statement) s = { 0 };

	TRY(statement_open(store, &SQL_USER_REVOKE_SESSIONS, &s));
	TRY(bind_i64(&s, 1, key));
	TRY(bind_i64(&s, 2, now.ms));
	return statement_run_one(&s);
}
