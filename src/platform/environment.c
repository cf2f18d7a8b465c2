#include "platform/environment.h"

#include "platform/sql_catalog.h"
#include "platform/tenant.h"

enum { ENVIRONMENTS_MAX = 100000 };

static const char *const state_names[] = { "being made", "ready", "administration", "disabled" };

const char *environment_state_name(enum environment_state state)
{
	return (size_t)state < COUNT_OF(state_names) ? state_names[state] : "?";
}

bool environment_state_parse(str text, enum environment_state *out)
{
	for (size_t i = ENVIRONMENT_READY; i < COUNT_OF(state_names); i++) {
		if (str_equal(text, str_of(state_names[i]))) {
			*out = (enum environment_state)i;
			return true;
		}
	}
	return false;
}

err unique_name_check(str name)
{
	static const char *const kept[] = { "admin", "bus", "vault", "www", "login", "api" };
	if (!unique_name_is_formed(name))
		FAIL(ERR_INVALID, "a unique name has 2 to 40 lower-case letters, digits and hyphens, a letter first, no hyphen last");
	for (size_t i = 0; i < COUNT_OF(kept); i++)
		if (str_equal(name, str_of(kept[i])))
			FAIL(ERR_INVALID, "a name that the platform keeps for itself");
	return OK;
}

err environment_insert(struct store *store, const struct uuid *id, const struct uuid *tenant, str unique_name,
		       str display_name, struct instant now)
{
	TRY(unique_name_check(unique_name));
	TRY(display_name_check(display_name));
	SCOPED(statement) add = { 0 };
	TRY(statement_open(store, &SQL_ENVIRONMENT_INSERT, &add));
	TRY(bind_uuid(&add, 1, id));
	TRY(bind_uuid(&add, 2, tenant));
	TRY(bind_text(&add, 3, unique_name));
	TRY(bind_text(&add, 4, display_name));
	TRY(bind_i64(&add, 5, now.ms));
	err e = statement_run_one(&add);
	if (err_kind_of(e) == ERR_CONFLICT)
		FAIL(ERR_CONFLICT, "an environment of this unique name exists already");
	return e;
}

err environment_activate(struct store *store, const struct uuid *id)
{
	SCOPED(statement) change = { 0 };
	TRY(statement_open(store, &SQL_ENVIRONMENT_ACTIVATE, &change));
	TRY(bind_uuid(&change, 1, id));
	return statement_run_one(&change);
}

err environment_set_state(struct store *store, const struct uuid *id, enum environment_state state)
{
	SCOPED(statement) change = { 0 };
	TRY(statement_open(store, &SQL_ENVIRONMENT_SET_STATE, &change));
	TRY(bind_uuid(&change, 1, id));
	TRY(bind_i64(&change, 2, state));
	return statement_run_one(&change);
}

err environment_set_admission(struct store *store, const struct environment *e)
{
	SCOPED(statement) change = { 0 };
	if (e->required_plan_count > ENVIRONMENT_PLANS_MAX)
		FAIL(ERR_LIMIT, "too many required plans");
	TRY(statement_open(store, &SQL_ENVIRONMENT_SET_ADMISSION, &change));
	TRY(bind_uuid(&change, 1, &e->id));
	TRY(bind_i64(&change, 2, e->state));
	TRY(uuid_is_nil(&e->security_group) ? bind_null(&change, 3) : bind_uuid(&change, 3, &e->security_group));
	TRY(bind_bytes(&change, 4, bytes_of(e->required_plans, e->required_plan_count * sizeof *e->required_plans)));
	return statement_run_one(&change);
}

static err read_plans(bytes ids, struct arena *arena, struct environment *out)
{
	struct uuid *plans = NEW_ARRAY(arena, struct uuid, ids.len / sizeof *plans + 1);
	TRY_NEW(plans);
	out->required_plan_count = ids.len / sizeof *plans;
	if (ids.len)
		memcpy(plans, ids.at, out->required_plan_count * sizeof *plans);
	out->required_plans = plans;
	return OK;
}

static err read_row(const struct statement *s, struct arena *arena, struct environment *out)
{
	*out = (struct environment){
		.id = column_uuid(s, 0), .tenant = column_uuid(s, 1), .unique_name = str_copy(arena, column_text(s, 2)),
		.display_name = str_copy(arena, column_text(s, 3)), .state = (enum environment_state)column_i64(s, 4),
		.tenant_display_name = str_copy(arena, column_text(s, 5)), .created = { column_i64(s, 6) },
	};
	TRY_NEW(out->unique_name.at);
	TRY_NEW(out->display_name.at);
	TRY_NEW(out->tenant_display_name.at);
	if (!column_is_null(s, 7))
		out->security_group = column_uuid(s, 7);
	return read_plans(column_bytes(s, 8), arena, out);
}

err environment_by_id(struct store *store, const struct uuid *id, struct arena *arena, struct environment *out)
{
	SCOPED(statement) find = { 0 };
	bool row;
	TRY(statement_open(store, &SQL_ENVIRONMENT_BY_ID, &find));
	TRY(bind_uuid(&find, 1, id));
	TRY(statement_step(&find, &row));
	if (!row)
		FAIL(ERR_NOT_FOUND, "no such environment");
	return read_row(&find, arena, out);
}

err environment_list(struct store *store, const struct uuid *tenant, struct arena *arena, struct environment **out,
		     size_t *out_count)
{
	SCOPED(statement) list = { 0 };
	size_t capacity = 64, count = 0;
	struct environment *items = NEW_ARRAY(arena, struct environment, capacity);
	bool row;
	TRY_NEW(items);
	TRY(statement_open(store, &SQL_ENVIRONMENT_LIST, &list));
	TRY(tenant ? bind_uuid(&list, 1, tenant) : bind_null(&list, 1));
	TRY(statement_step(&list, &row));
	while (row) {
		if (count == ENVIRONMENTS_MAX)
			FAIL(ERR_LIMIT, "too many environments for one list");
		if (count == capacity) {
			struct environment *more = NEW_ARRAY(arena, struct environment, capacity * 2);
			TRY_NEW(more);
			memcpy(more, items, capacity * sizeof *items);
			items = more;
			capacity *= 2;
		}
		TRY(read_row(&list, arena, &items[count]));
		count++;
		TRY(statement_step(&list, &row));
	}
	*out = items;
	*out_count = count;
	return OK;
}
