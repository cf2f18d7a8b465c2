#include "directory/group_licence.h"

#include "directory/licence.h"
#include "directory/sql_catalog.h"

static err run(struct store *store, const struct sql_text *sql, int64_t first, int64_t second)
{
	SCOPED(statement) s = { 0 };
	TRY(statement_open(store, sql, &s));
	TRY(bind_i64(&s, 1, first));
	TRY(bind_i64(&s, 2, second));
	return statement_run(&s);
}

/* The next of a list that may change meanwhile; 0: none. */
static err next_of(struct store *store, const struct sql_text *sql, int64_t of, int64_t behind, int64_t *out)
{
	SCOPED(statement) s = { 0 };
	bool row;
	TRY(statement_open(store, sql, &s));
	TRY(bind_i64(&s, 1, of));
	TRY(bind_i64(&s, 2, behind));
	TRY(statement_step(&s, &row));
	*out = row ? column_i64(&s, 0) : 0;
	return OK;
}

err group_licence_inherit(struct store *store, int64_t group, int64_t user, struct instant now)
{
	SCOPED(statement) put = { 0 };
	TRY(run(store, &SQL_INHERITED_LICENCE_CLEAR, user, group));
	TRY(statement_open(store, &SQL_INHERITED_LICENCE_PUT, &put));
	TRY(bind_i64(&put, 1, user));
	TRY(bind_i64(&put, 2, group));
	TRY(bind_i64(&put, 3, now.ms));
	return statement_run(&put);
}

err group_licence_assign(struct store *store, int64_t group, const struct json *body, struct instant now)
{
	int64_t user = 0;
	TRY(licence_assign_group(store, group, body, now));
	for (;;) {
		TRY(next_of(store, &SQL_GROUP_LICENCE_MEMBERS, group, user, &user));
		if (!user)
			return OK;
		TRY(group_licence_inherit(store, group, user, now));
	}
}

err group_licence_reprocess(struct store *store, int64_t user, struct instant now)
{
	int64_t group = 0;
	for (;;) {
		TRY(next_of(store, &SQL_LICENCE_GROUPS_OF, user, group, &group));
		if (!group)
			return OK;
		TRY(group_licence_inherit(store, group, user, now));
	}
}

static err next_waiting(struct store *store, int64_t sku, int64_t *group, int64_t *user, bool *out_any)
{
	SCOPED(statement) s = { 0 };
	TRY(statement_open(store, &SQL_GROUP_LICENCE_WAITING, &s));
	TRY(bind_i64(&s, 1, sku));
	TRY(bind_i64(&s, 2, *group));
	TRY(bind_i64(&s, 3, *user));
	TRY(statement_step(&s, out_any));
	if (*out_any) {
		*group = column_i64(&s, 0);
		*user = column_i64(&s, 1);
	}
	return OK;
}

err group_licence_seats_bought(struct store *store, int64_t sku, struct instant now)
{
	int64_t group = 0, user = 0;
	for (;;) {
		bool any;
		TRY(next_waiting(store, sku, &group, &user, &any));
		if (!any)
			return OK;
		TRY(group_licence_inherit(store, group, user, now));
	}
}

err group_licence_any(struct store *store, int64_t group, bool *out)
{
	SCOPED(statement) s = { 0 };
	bool row;
	TRY(statement_open(store, &SQL_GROUP_LICENCE_ANY, &s));
	TRY(bind_i64(&s, 1, group));
	TRY(statement_step(&s, &row));
	*out = row && column_i64(&s, 0);
	return OK;
}
