/* authz/synchronize.c - the rows of people who lost access, disabled (1.10); those who have it again, enabled.
 *
 * Nothing is decided by it: every request asks the gates themselves (authz/licence_gates.c), before and after. */
#include "authz/internal.h"
#include "authz/sql_catalog.h"

struct sync_user {
	int64_t key;
	struct uuid id, object;
	str name;
	bool non_interactive, disabled, access_lost, known;
	/* what is to be written */
	bool now_known, changes;
	enum authz_reason reason;
};

static err users_read(struct authz *a, struct arena *arena, struct sync_user *out, size_t *out_count)
{
	SCOPED(statement) s = { 0 };
	*out_count = 0;
	TRY(sql_begin(a->store, &SQL_AUTHZ_USERS_OF_DIRECTORY, ARGS(arg_i64(a->sync.after), arg_i64(SYNC_USERS_MAX)), &s));
	for (bool row;;) {
		TRY(statement_step(&s, &row));
		if (!row)
			return OK;
		struct sync_user *u = &out[(*out_count)++];
		*u = (struct sync_user){ .key = column_i64(&s, 0), .id = column_uuid(&s, 1), .object = column_uuid(&s, 2),
			.name = str_copy(arena, column_text(&s, 3)), .non_interactive = column_i64(&s, 4) == ACCESS_NON_INTERACTIVE,
			.disabled = column_i64(&s, 5) != 0, .access_lost = column_i64(&s, 6) != 0, .known = column_i64(&s, 7) != 0 };
		TRY_NEW(u->name.at);
	}
}

static err user_judge(struct authz *a, struct arena *scratch, struct sync_user *u)
{
	struct person_facts p;
	TRY(person_ask(a, &u->object, false, scratch, &p));
	u->reason = account_judge(&p, u->known);
	u->now_known = p.known && !u->known;
	if (u->reason == REASON_NONE && p.known) {
		struct gates g = gates_judge(&a->admission, &p, false, u->non_interactive);
		u->reason = g.licence != REASON_NONE ? g.licence : g.group;
	}
	bool stub = !p.known && !u->known;
	u->changes = !stub && (u->reason == REASON_NONE ? u->disabled && u->access_lost : !u->disabled);
	return OK;
}

static err change_emit(struct authz *a, const struct sync_user *u, struct instant now)
{
	char id[UUID_TEXT_LEN + 1];
	bool lost = u->reason != REASON_NONE;
	uuid_format(&u->id, id);
	struct audit_event e = { .category = AUDIT_AUTHZ, .op = lost ? S("user.access_lost") : S("user.access_regained"),
		.result = AUDIT_SUCCESS, .severity = 5, .actor_type = AUDIT_ACTOR_SYSTEM, .actor_id = S("synchronization"),
		.target_type = S("systemuser"), .target_table = S("systemuser"), .target_id = str_of(id), .target_name = u->name };
	if (lost)
		e.reason = reason_row(u->reason)->code;
	return audit_emit(a->store, now, &e);
}

/* The last who could administer keeps an enabled row: refused all the same, and able to repair when the gates open. */
static err user_write(struct authz *a, const struct sync_user *u, struct instant now, bool *out_changed)
{
	int64_t before, after, version, lost = u->reason != REASON_NONE;
	if (u->now_known)
		TRY(sql_run(a->store, &SQL_AUTHZ_USER_KNOWN, ARGS(arg_i64(u->key))));
	if (!u->changes)
		return OK;
	TRY(sql_i64(a->store, &SQL_AUTHZ_ADMINISTRATORS, NO_ARGS, &before));
	TRY(sql_run(a->store, &SQL_AUTHZ_USER_ACCESS, ARGS(arg_i64(u->key), arg_i64(lost))));
	TRY(sql_i64(a->store, &SQL_AUTHZ_ADMINISTRATORS, NO_ARGS, &after));
	if (before && !after)
		return sql_run(a->store, &SQL_AUTHZ_USER_ACCESS, ARGS(arg_i64(u->key), arg_i64(0)));
	TRY(version_take(a->store, &version));
	TRY(sql_run(a->store, &SQL_AUTHZ_PRINCIPAL_TOUCH, ARGS(arg_i64(u->key), arg_i64(version))));
	*out_changed = true;
	return change_emit(a, u, now);
}

static err users_write(struct authz *a, const struct sync_user *users, size_t count, struct instant now)
{
	SCOPED(transaction) tx = { 0 };
	bool anything = false, changed = false;
	for (size_t i = 0; i < count; i++)
		anything = anything || users[i].changes || users[i].now_known;
	if (!anything)
		return OK;
	TRY(transaction_begin(a->store, &tx));
	for (size_t i = 0; i < count; i++)
		TRY(user_write(a, &users[i], now, &changed));
	if (changed)
		TRY(authz_epoch_bump(a));
	return transaction_commit(&tx);
}

static err batch_run(struct authz *a, struct instant now, struct arena *arena, struct arena *scratch)
{
	struct sync_user *users = NEW_ARRAY(arena, struct sync_user, SYNC_USERS_MAX);
	size_t count;
	TRY_NEW(users);
	TRY(users_read(a, arena, users, &count));
	for (size_t i = 0; i < count; i++) {
		arena_reset(scratch);
		TRY(user_judge(a, scratch, &users[i]));
	}
	TRY(users_write(a, users, count, now));
	if (count == SYNC_USERS_MAX) {
		a->sync.after = users[count - 1].key;
		return OK;
	}
	a->sync.running = false;
	a->sync.done = a->sync.version;
	return OK;
}

err authz_synchronize(struct authz *a, struct instant now)
{
	if (!a->people || store_in_transaction(a->store) || (!a->sync.running && a->sync.done == a->people_version))
		return OK;
	if (!a->sync.running)
		a->sync = (struct synchronization){ .running = true, .version = a->people_version, .done = a->sync.done };
	struct arena *arena = arena_new(SYNC_BYTES_MAX), *scratch = arena_new(PERSON_BYTES_MAX);
	err e = arena && scratch ? batch_run(a, now, arena, scratch) : ERR(ERR_LIMIT, "no memory to synchronize users");
	arena_free(arena);
	arena_free(scratch);
	if (failed(e) && err_kind_of(e) != ERR_UNAVAILABLE)
		a->sync = (struct synchronization){ .done = a->people_version }; /* once more when something changes, not at every call */
	return e;
}
