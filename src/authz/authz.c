/* authz/authz.c - the environment's rights: opening, epoch, contexts. */
#include "authz/internal.h"
#include "authz/sql_catalog.h"

#include <stdlib.h>

enum { CONTEXT_BYTES_MAX = 64 * 1024 * 1024, SEED_BYTES_MAX = 16 * 1024 * 1024 };

static err keys_read(struct authz *a)
{
	int64_t epoch;
	TRY(sql_i64(a->store, &SQL_AUTHZ_EPOCH_READ, NO_ARGS, &epoch));
	a->epoch_highest = (uint64_t)epoch;
	TRY(sql_i64(a->store, &SQL_AUTHZ_UNIT_ROOT, NO_ARGS, &a->root_unit));
	return sql_i64(a->store, &SQL_AUTHZ_USER_OPERATOR, NO_ARGS, &a->operator_user);
}

static err open_into(struct authz *a, const struct authz_options *o, struct arena *arena)
{
	SCOPED(transaction) tx = { 0 };
	TRY(context_cache_new(&a->cache));
	TRY(licence_function_add(a));
	TRY(authz_shares_open(a));
	TRY(transaction_begin(o->store, &tx));
	TRY(seed(o->store, o, arena));
	TRY(transaction_commit(&tx));
	return keys_read(a);
}

err authz_open(const struct authz_options *options, struct authz **out)
{
	struct authz *a = calloc(1, sizeof *a);
	struct arena *arena = arena_new(SEED_BYTES_MAX);
	err e = a && arena ? OK : ERR(ERR_LIMIT, "no memory for the environment's rights");
	if (!failed(e)) {
		*a = (struct authz){ .store = options->store, .metadata = options->metadata, .tenant = options->tenant,
				     .environment = options->environment, .state = options->state, .people_version = 1 };
		e = open_into(a, options, arena);
	}
	arena_free(arena);
	if (failed(e))
		authz_close(a);
	else
		*out = a;
	return e;
}

static void forget(struct authz *a)
{
	context_cache_clear(a->cache);
	snapshot_free(a->snapshot);
	a->snapshot = NULL;
}

void authz_close(struct authz *a)
{
	if (!a)
		return;
	authz_shares_close(a);
	context_cache_free(a->cache);
	snapshot_free(a->snapshot);
	free(a);
}

void authz_set_metadata(struct authz *a, const struct metadata *metadata)
{
	a->metadata = metadata;
	forget(a);
}

void authz_set_state(struct authz *a, enum environment_state state)
{
	a->state = state;
}

void authz_set_admission(struct authz *a, const struct admission *admission)
{
	a->admission = *admission;
	a->people_version++;
}

void authz_set_people(struct authz *a, const struct person_source *source)
{
	a->people = source;
	authz_people_changed(a);
}

/* Where groups make teams, contexts themselves depend on people. */
void authz_people_changed(struct authz *a)
{
	a->people_version++;
	if (a->snapshot && a->snapshot->group_team_count)
		context_cache_clear(a->cache);
}

const struct uuid *authz_organization_id(const struct authz *a)
{
	return &a->environment;
}

/* --- the epoch --- */

err authz_epoch_bump(struct authz *a)
{
	a->epoch_highest++;
	return sql_run(a->store, &SQL_AUTHZ_EPOCH_WRITE, ARGS(arg_i64((int64_t)a->epoch_highest)));
}

err authz_table_defined(struct authz *a, const struct table *table)
{
	struct arena *arena = arena_new(SEED_BYTES_MAX);
	err e = arena ? insert_privileges(a->store, table, arena) : ERR(ERR_LIMIT, "no memory");
	arena_free(arena);
	TRY(e);
	return authz_epoch_bump(a);
}

static err templates_remove(struct authz *a, const struct table *table, struct arena *arena)
{
	int64_t *templates;
	size_t count;
	TRY(sql_i64s(a->store, &SQL_AUTHZ_TEMPLATES_OF_TABLE, ARGS(arg_i64(table->ordinal)), arena, &templates, &count));
	for (size_t i = 0; i < count; i++)
		TRY(template_remove(a->store, templates[i], arena));
	return OK;
}

err authz_table_removed(struct authz *a, const struct table *table)
{
	struct arena *arena = arena_new(SEED_BYTES_MAX);
	err e = arena ? templates_remove(a, table, arena) : ERR(ERR_LIMIT, "no memory");
	arena_free(arena);
	TRY(e);
	TRY(sql_run(a->store, &SQL_AUTHZ_SHARES_OF_TABLE_DELETE, ARGS(arg_i64(table->ordinal))));
	TRY(sql_run(a->store, &SQL_AUTHZ_EXCLUSION_OF_TABLE_DELETE, ARGS(arg_i64(table->ordinal))));
	TRY(sql_run(a->store, &SQL_AUTHZ_CONSTRAINTS_OF_TABLE_DELETE, ARGS(arg_i64(table->ordinal))));
	TRY(sql_run(a->store, &SQL_AUTHZ_POLICIES_OF_TABLE_DELETE, ARGS(arg_i64(table->ordinal))));
	TRY(sql_run(a->store, &SQL_AUTHZ_CELLS_OF_TABLE_DELETE, ARGS(arg_i64(table->ordinal))));
	TRY(sql_run(a->store, &SQL_AUTHZ_COLUMN_MASK_OF_TABLE_DELETE, ARGS(arg_i64(table->ordinal))));
	TRY(sql_run(a->store, &SQL_AUTHZ_PERMISSIONS_OF_TABLE_DELETE, ARGS(arg_i64(table->ordinal))));
	TRY(sql_run(a->store, &SQL_AUTHZ_TABLE_GRANTS_DELETE, ARGS(arg_i64(table->ordinal))));
	TRY(sql_run(a->store, &SQL_AUTHZ_TABLE_PRIVILEGES_DELETE, ARGS(arg_i64(table->ordinal))));
	return authz_epoch_bump(a);
}

err authz_column_removed(struct authz *a, const struct column *column)
{
	TRY(sql_run(a->store, &SQL_AUTHZ_KEPT_OF_COLUMN_DELETE, ARGS(arg_uuid(&column->id))));
	TRY(sql_run(a->store, &SQL_AUTHZ_CELLS_OF_COLUMN_DELETE, ARGS(arg_uuid(&column->id))));
	TRY(sql_run(a->store, &SQL_AUTHZ_COLUMN_MASK_OF_COLUMN_DELETE, ARGS(arg_uuid(&column->id))));
	TRY(sql_run(a->store, &SQL_AUTHZ_PERMISSIONS_OF_COLUMN_DELETE, ARGS(arg_uuid(&column->id))));
	return authz_epoch_bump(a);
}

err authz_snapshot(struct authz *a, const struct snapshot **out)
{
	int64_t epoch;
	uint64_t mark = store_mark(a->store);
	if (a->snapshot && a->snapshot_mark == mark) {
		*out = a->snapshot;
		return OK;
	}
	TRY(sql_i64(a->store, &SQL_AUTHZ_EPOCH_READ, NO_ARGS, &epoch));
	if (!a->snapshot || a->snapshot->epoch != (uint64_t)epoch) {
		forget(a);
		TRY(snapshot_load(a->store, a->metadata, (uint64_t)epoch, &a->snapshot));
	}
	a->snapshot_mark = mark;
	*out = a->snapshot;
	return OK;
}

err authz_settings(struct authz *a, struct environment_settings *out)
{
	const struct snapshot *s = NULL;
	TRY(authz_snapshot(a, &s));
	*out = s->settings;
	return OK;
}

/* --- contexts --- */

static err facts_read(struct authz *a, int64_t key, struct arena *arena, struct principal_facts *f)
{
	SCOPED(statement) s = { 0 };
	bool row;
	TRY(sql_begin(a->store, &SQL_AUTHZ_PRINCIPAL, ARGS(arg_i64(key)), &s));
	TRY(statement_step(&s, &row));
	if (!row)
		FAIL(ERR_NOT_FOUND, "no such user or team");
	*f = (struct principal_facts){ .key = key, .type = (enum principal_type)column_i64(&s, 0), .id = column_uuid(&s, 1),
		.unit = column_i64(&s, 2), .unit_id = column_uuid(&s, 3), .name = str_copy(arena, column_text(&s, 4)),
		.disabled = column_i64(&s, 5) != 0, .access_mode = (enum access_mode)column_i64(&s, 6),
		.application = column_i64(&s, 7) != 0, .operator = column_i64(&s, 11) != 0,
		.access_lost = column_i64(&s, 12) != 0, .known = column_i64(&s, 13) != 0 };
	if (!column_is_null(&s, 9))
		f->object_id = column_uuid(&s, 9);
	if (!column_is_null(&s, 10))
		f->application_id = column_uuid(&s, 10);
	TRY_NEW(f->name.at);
	return OK;
}

static err teams_read(struct authz *a, const struct snapshot *snapshot, struct arena *arena, struct principal_facts *f)
{
	int64_t *teams = NULL;
	if (f->type != PRINCIPAL_SYSTEMUSER)
		return OK;
	TRY(teams_of_user(a, snapshot, f->key, f->unit, &f->object_id, arena, &teams, &f->team_count));
	f->teams = teams;
	return OK;
}

static err held_add(struct arena *arena, struct held_role **list, size_t *count, size_t *room, struct held_role one)
{
	if (*count == *room) {
		struct held_role *wider = NEW_ARRAY(arena, struct held_role, *room ? *room * 2 : 8);
		TRY_NEW(wider);
		if (*count)
			memcpy(wider, *list, *count * sizeof *wider);
		*room = *room ? *room * 2 : 8;
		*list = wider;
	}
	(*list)[(*count)++] = one;
	return OK;
}

static err held_read(struct authz *a, const struct snapshot *snapshot, struct arena *arena, struct principal_facts *f)
{
	int64_t *holders = NEW_ARRAY(arena, int64_t, f->team_count + 1);
	struct held_role *held = NULL;
	size_t room = 0;
	SCOPED(statement) s = { 0 };
	TRY_NEW(holders);
	for (size_t i = 0; i < f->team_count; i++)
		holders[i] = f->teams[i];
	holders[f->team_count] = f->key;
	TRY(sql_begin(a->store, &SQL_AUTHZ_ROLES_HELD, ARGS(arg_i64s(holders, f->team_count + 1)), &s));
	for (bool row;;) {
		TRY(statement_step(&s, &row));
		if (!row)
			break;
		struct held_role one = { column_i64(&s, 0), column_i64(&s, 2), role_find(&snapshot->roles, column_i64(&s, 1)) };
		if (!one.role)
			FAIL(ERR_CORRUPT, "a role that is held does not exist");
		TRY(held_add(arena, &held, &f->held_count, &room, one));
	}
	f->held = held;
	return OK;
}

/* A column comes once for each profile that names it, in order. */
static err columns_read(struct authz *a, struct arena *arena, struct principal_facts *f)
{
	int64_t *holders = NEW_ARRAY(arena, int64_t, f->team_count + 1);
	struct column_grant *list = NULL;
	size_t room = 0;
	SCOPED(statement) s = { 0 };
	TRY_NEW(holders);
	for (size_t i = 0; i < f->team_count; i++)
		holders[i] = f->teams[i];
	holders[f->team_count] = f->key;
	TRY(sql_begin(a->store, &SQL_AUTHZ_COLUMNS_HELD, ARGS(arg_i64s(holders, f->team_count + 1)), &s));
	for (bool row;;) {
		TRY(statement_step(&s, &row));
		if (!row)
			break;
		struct column_grant one = { column_uuid(&s, 0), (uint8_t)column_i64(&s, 1) };
		if (f->column_count && uuid_equal(&list[f->column_count - 1].column, &one.column)) {
			list[f->column_count - 1].rights |= one.rights;
			continue;
		}
		if (f->column_count == room) {
			struct column_grant *wider = NEW_ARRAY(arena, struct column_grant, room ? room * 2 : 8);
			TRY_NEW(wider);
			if (room)
				memcpy(wider, list, room * sizeof *wider);
			room = room ? room * 2 : 8;
			list = wider;
		}
		list[f->column_count++] = one;
	}
	f->columns = list;
	return OK;
}

static err context_make(struct authz *a, const struct snapshot *snapshot, int64_t principal, struct arena *arena,
			struct authz_context **out)
{
	struct principal_facts facts;
	TRY(facts_read(a, principal, arena, &facts));
	TRY(teams_read(a, snapshot, arena, &facts));
	TRY(held_read(a, snapshot, arena, &facts));
	TRY(columns_read(a, arena, &facts));
	TRY(hierarchy_read(a, snapshot, arena, &facts));
	TRY(context_compile(arena, &facts, &snapshot->units, snapshot->epoch, snapshot->table_count, out));
	(*out)->hierarchy_off = snapshot->hierarchy_off;
	return OK;
}

/* Steps 2 and 3 of 5.1. Read at each request, since the environment's state is no part of the epoch. */
static enum authz_reason gate_of(const struct authz *a, const struct authz_context *ctx)
{
	if (a->state == ENVIRONMENT_DISABLED || (a->state == ENVIRONMENT_ADMINISTRATION && !ctx->administrator))
		return REASON_ENVIRONMENT;
	if (ctx->facts.disabled || ctx->kept.account != REASON_NONE)
		return REASON_USER_DISABLED;
	return ctx->kept.licence;
}

err authz_context_of(struct authz *a, int64_t principal, struct authz_context **out)
{
	const struct snapshot *snapshot = NULL;
	TRY(authz_snapshot(a, &snapshot));
	struct authz_context *ctx = context_cache_get(a->cache, principal);
	if (!ctx) {
		struct arena *arena = arena_new(CONTEXT_BYTES_MAX);
		if (!arena)
			FAIL(ERR_LIMIT, "no memory for a context");
		err e = context_make(a, snapshot, principal, arena, &ctx);
		if (failed(e)) {
			arena_free(arena);
			return e;
		}
		context_cache_put(a->cache, ctx);
	}
	TRY(gates_renew(a, snapshot, ctx));
	ctx->gate = gate_of(a, ctx);
	*out = ctx;
	return OK;
}

/* --- ids --- */

err authz_principal_by_id(struct authz *a, const struct uuid *id, struct principal_place *out)
{
	SCOPED(statement) s = { 0 };
	bool row;
	TRY(sql_begin(a->store, &SQL_AUTHZ_PRINCIPAL_BY_ID, ARGS(arg_uuid(id)), &s));
	TRY(statement_step(&s, &row));
	if (!row)
		FAIL(ERR_NOT_FOUND, "no such user or team");
	*out = (struct principal_place){ column_i64(&s, 0), column_i64(&s, 1), (enum principal_type)column_i64(&s, 2),
					 column_i64(&s, 3) != 0 };
	return OK;
}

err authz_user_find(struct authz *a, const struct uuid *id, bool by_object, int64_t *out)
{
	struct principal_place place;
	if (by_object) {
		err e = sql_i64(a->store, &SQL_AUTHZ_USER_BY_OBJECT, ARGS(arg_uuid(id)), out);
		return err_kind_of(e) == ERR_NOT_FOUND ? sql_i64(a->store, &SQL_AUTHZ_USER_BY_APPLICATION, ARGS(arg_uuid(id)), out) : e;
	}
	TRY(authz_principal_by_id(a, id, &place));
	if (place.type != PRINCIPAL_SYSTEMUSER)
		FAIL(ERR_NOT_FOUND, "no such user");
	*out = place.key;
	return OK;
}

err authz_unit_by_id(struct authz *a, const struct uuid *id, int64_t *out)
{
	return sql_i64(a->store, &SQL_AUTHZ_UNIT_BY_ID, ARGS(arg_uuid(id)), out);
}
