/* directory/lookup_person.c - what sign-in asks about people. */
#include "directory/lookup.h"
#include "directory/sql_catalog.h"
#include "directory/user.h"

static str first_of_list(str json_list, struct arena *arena)
{
	const struct json *list = NULL;

	if (failed(json_parse(bytes_of_str(json_list), JSON_LIMITS_DEFAULT, arena, &list, NULL)) || !list->first)
		return (str){ 0 };
	return list->first->text;
}

static void person_of(const struct user *u, struct arena *arena, struct person *out)
{
	*out = (struct person){
		.key = u->key, .id = u->id,
		.user_principal_name = u->text[USER_PRINCIPAL_NAME], .display_name = u->text[USER_DISPLAY_NAME],
		.given_name = u->text[USER_GIVEN_NAME], .surname = u->text[USER_SURNAME], .mail = u->text[USER_MAIL],
		.mail_nickname = u->text[USER_MAIL_NICKNAME], .mobile_phone = u->text[USER_MOBILE_PHONE],
		.business_phone = first_of_list(u->business_phones, arena),
		.preferred_language = u->text[USER_PREFERRED_LANGUAGE], .birthday = u->text[USER_BIRTHDAY],
		.my_site = u->text[USER_MY_SITE], .street_address = u->text[USER_STREET_ADDRESS],
		.city = u->text[USER_CITY], .state = u->text[USER_STATE], .postal_code = u->text[USER_POSTAL_CODE],
		.country = u->text[USER_COUNTRY], .enabled = u->enabled, .guest = u->guest,
		.force_change_password = u->force_change_password, .password_phc = u->password_phc,
		.sessions_valid_from = u->sessions_valid_from, .changed_at = u->changed,
		.password_changed_at = u->password_changed,
	};
}

err lookup_person_by_name(struct directory *d, str upn, struct arena *arena, struct person *out)
{
	struct user u;

	TRY(user_by_name(d->store, upn, arena, &u));
	person_of(&u, arena, out);
	return OK;
}

err lookup_person(struct directory *d, const struct uuid *id, struct arena *arena, struct person *out)
{
	struct user u;

	TRY(user_by_id(d->store, id, arena, &u));
	person_of(&u, arena, out);
	return OK;
}

err lookup_rehash_password(struct directory *d, int64_t person_key, str old_phc, str new_phc)
{
	SCOPED(transaction) tx = { 0 };
	SCOPED(statement) s = { 0 };

	TRY(transaction_begin(d->store, &tx));
	TRY(statement_open(d->store, &SQL_PASSWORD_REHASH, &s));
	TRY(bind_i64(&s, 1, person_key));
	TRY(bind_text(&s, 2, old_phc));
	TRY(bind_text(&s, 3, new_phc));
	TRY(statement_run(&s));
	return transaction_commit(&tx);
}

/* Collects the first column of every row, at most `max` (more is ERR_LIMIT). */
static err collect_uuids(struct statement *s, size_t max, struct arena *arena, const struct uuid **out, size_t *out_count)
{
	size_t capacity = 8, count = 0;
	struct uuid *ids = NEW_ARRAY(arena, struct uuid, capacity);
	bool row = false;

	TRY_NEW(ids);
	for (;;) {
		TRY(statement_step(s, &row));
		if (!row)
			break;
		if (count == max)
			FAIL(ERR_LIMIT, "the person is in too many groups");
		if (count == capacity) {
			struct uuid *more = NEW_ARRAY(arena, struct uuid, capacity * 2);
			TRY_NEW(more);
			memcpy(more, ids, count * sizeof *ids);
			ids = more;
			capacity *= 2;
		}
		ids[count++] = column_uuid(s, 0);
	}
	*out = ids;
	*out_count = count;
	return OK;
}

err lookup_directory_roles(struct directory *d, const struct uuid *principal_id, struct arena *arena, const struct uuid **out,
			   size_t *out_count)
{
	SCOPED(statement) s = { 0 };

	TRY(statement_open(d->store, &SQL_ROLES_OF, &s));
	TRY(bind_uuid(&s, 1, principal_id));
	return collect_uuids(&s, 256, arena, out, out_count);
}

err lookup_groups(struct directory *d, const struct uuid *member_id, bool security_only, struct arena *arena,
		  const struct uuid **out, size_t *out_count)
{
	SCOPED(statement) s = { 0 };

	TRY(statement_open(d->store, &SQL_GROUPS_OF, &s));
	TRY(bind_uuid(&s, 1, member_id));
	TRY(bind_i64(&s, 2, security_only));
	return collect_uuids(&s, 2048, arena, out, out_count);
}
