/* authz/seed.c - rows that several files make, and the first content of a new environment. */
#include "authz/internal.h"
#include "authz/sql_catalog.h"
#include "crypto/uuid5.h"
#include "host/random.h"

/* Ids made from names, so that a privilege or built-in role has the same id in every environment. */
static const struct uuid names_namespace = { { 0x8f, 0x1d, 0x6c, 0x52, 0x0b, 0x7e, 0x5a, 0x41, 0xa2, 0x5f, 0x39, 0xd4, 0x77, 0x0e,
					       0xc8, 0x13 } };

static struct uuid id_of_name(str name)
{
	return uuid5_of(&names_namespace, bytes_of_str(name));
}

/* --- rows --- */

err insert_principal(struct store *store, const struct uuid *id, enum principal_type type, int64_t unit, str name, int64_t *out_key)
{
	int64_t version;
	TRY(version_take(store, &version));
	TRY(sql_run(store, &SQL_AUTHZ_PRINCIPAL_INSERT,
		    ARGS(arg_uuid(id), arg_i64(type), arg_i64(unit), arg_text(name), arg_i64(version))));
	*out_key = store_last_rowid(store);
	return OK;
}

err insert_instance(struct store *store, int64_t role, const struct uuid *role_id, int64_t unit, const struct uuid *unit_id)
{
	struct uuid id = uuid5_of(role_id, bytes_of(unit_id->b, sizeof unit_id->b));
	return sql_run(store, &SQL_AUTHZ_INSTANCE_INSERT, ARGS(arg_uuid(&id), arg_i64(role), arg_i64(unit)));
}

static err inherit_roles(struct store *store, int64_t parent, int64_t unit, const struct uuid *unit_id)
{
	SCOPED(statement) above = { 0 };
	TRY(sql_begin(store, &SQL_AUTHZ_INSTANCES_ABOVE, ARGS(arg_i64(parent)), &above));
	for (bool row;;) {
		TRY(statement_step(&above, &row));
		if (!row)
			return OK;
		struct uuid role_id = column_uuid(&above, 1);
		TRY(insert_instance(store, column_i64(&above, 0), &role_id, unit, unit_id));
	}
}

static err insert_default_team(struct store *store, int64_t unit, str name)
{
	struct uuid id = random_uuid_v7();
	int64_t key;
	TRY(insert_principal(store, &id, PRINCIPAL_TEAM, unit, name, &key));
	return sql_run(store, &SQL_AUTHZ_TEAM_INSERT, ARGS(arg_i64(key), arg_i64(0), arg_i64(1), arg_i64(unit), arg_key(0)));
}

err insert_unit(struct store *store, const struct uuid *id, str name, int64_t parent, int64_t *out_key)
{
	int64_t version;
	TRY(version_take(store, &version));
	TRY(sql_run(store, &SQL_AUTHZ_UNIT_INSERT, ARGS(arg_uuid(id), arg_text(name), arg_key(parent), arg_i64(version))));
	*out_key = store_last_rowid(store);
	TRY(insert_default_team(store, *out_key, name));
	return parent ? inherit_roles(store, parent, *out_key, id) : OK;
}

err insert_user(struct store *store, const struct new_user *u, int64_t *out_key)
{
	TRY(insert_principal(store, &u->id, PRINCIPAL_SYSTEMUSER, u->unit, u->full_name, out_key));
	return sql_run(store, &SQL_AUTHZ_USER_INSERT,
		       ARGS(arg_i64(*out_key), arg_text(u->domain_name), arg_uuid(u->object_id), arg_uuid(u->application_id),
			    arg_text(u->first_name), arg_text(u->last_name), arg_text(u->email), arg_key(u->manager),
			    arg_i64(u->access_mode), arg_i64(u->disabled), arg_i64(u->operator)));
}

/* --- privileges --- */

static uint8_t depths_of(const struct table *t)
{
	if (!table_is_owned(t))
		return DEPTHS_ONOFF;
	return str_equal(t->logical_name, S("businessunit")) ? DEPTHS_UNIT : DEPTHS_OWNED;
}

/* Rows of built-in tables have no owner, so they are neither assigned nor shared; some are only read or set. */
static bool table_has_right(const struct table *t, enum right right)
{
	static const char *const only_read[] = { "privilege", "asyncoperation", "principalobjectaccess" };
	for (size_t i = 0; t->builtin && i < COUNT_OF(only_read); i++)
		if (str_equal(t->logical_name, str_of(only_read[i])))
			return right == RIGHT_READ;
	if (t->builtin && str_equal(t->logical_name, S("organization")))
		return right == RIGHT_READ || right == RIGHT_WRITE;
	if (right == RIGHT_ASSIGN || right == RIGHT_SHARE)
		return table_is_owned(t) && !t->builtin;
	return true;
}

size_t table_privileges(const struct table *table, struct arena *arena, struct privilege out[static RIGHTS_END - 1])
{
	size_t n = 0;
	for (int r = RIGHT_CREATE; r < RIGHTS_END; r++) {
		if (!table_has_right(table, (enum right)r))
			continue;
		str name = str_format(arena, "prv%s%.*s", right_name((enum right)r), STR_ARG(table->schema_name));
		if (!name.at)
			return 0;
		out[n++] = (struct privilege){ .id = id_of_name(name), .name = name, .table = table->ordinal, .right = (enum right)r,
					       .depths = depths_of(table) };
	}
	return n;
}

static err insert_privilege(struct store *store, const struct privilege *p, int64_t number)
{
	return sql_run(store, &SQL_AUTHZ_PRIVILEGE_INSERT,
		       ARGS(arg_uuid(&p->id), arg_text(p->name), arg_i64(p->table), arg_i64(number), arg_i64(p->depths),
			    arg_i64(right_access_bit(p->right))));
}

err insert_privileges(struct store *store, const struct table *table, struct arena *arena)
{
	struct privilege list[RIGHTS_END - 1];
	size_t n = table_privileges(table, arena, list);
	if (n == 0)
		FAIL(ERR_LIMIT, "memory budget is spent");
	for (size_t i = 0; i < n; i++)
		TRY(insert_privilege(store, &list[i], list[i].right));
	return OK;
}

static err insert_misc_privileges(struct store *store)
{
	for (int i = 0; i < MISC_END; i++) {
		str name = str_of(misc_name((enum misc_privilege)i));
		struct privilege p = { .id = id_of_name(name), .name = name, .depths = DEPTHS_ONOFF };
		TRY(insert_privilege(store, &p, i));
	}
	return OK;
}

/* --- first content --- */

static const struct {
	enum role_kind kind;
	const char *name;
} builtin_roles[] = {
	{ ROLE_ADMINISTRATOR, "System Administrator" }, { ROLE_CUSTOMIZER, "System Customizer" }, { ROLE_BASIC_USER, "Basic User" },
	{ ROLE_DELEGATE, "Delegate" },			{ ROLE_MAKER, "Environment Maker" },	  { ROLE_SUPPORT, "Support User" },
};

static err seed_roles(struct store *store, int64_t root, const struct uuid *root_id)
{
	for (size_t i = 0; i < COUNT_OF(builtin_roles); i++) {
		str name = str_of(builtin_roles[i].name);
		struct uuid id = uuid5_of(root_id, bytes_of_str(name));
		int64_t version;
		TRY(version_take(store, &version));
		TRY(sql_run(store, &SQL_AUTHZ_ROLE_INSERT,
			    ARGS(arg_uuid(&id), arg_text(name), arg_i64(root), arg_i64(1), arg_i64(builtin_roles[i].kind),
				 arg_i64(version), arg_text((str){ 0 }), arg_i64(0))));
		/* in its own unit the role is seen under its own id */
		TRY(sql_run(store, &SQL_AUTHZ_INSTANCE_INSERT, ARGS(arg_uuid(&id), arg_i64(store_last_rowid(store)), arg_i64(root))));
	}
	return OK;
}

static err seed_operator(struct store *store, int64_t root)
{
	int64_t role, key;
	struct uuid application = id_of_name(S("operator"));
	struct new_user u = { .id = random_uuid_v7(), .application_id = &application, .unit = root, .full_name = S("# Operator"),
			      .domain_name = S("operator"), .access_mode = ACCESS_NON_INTERACTIVE, .operator = true };
	TRY(insert_user(store, &u, &key));
	TRY(sql_i64(store, &SQL_AUTHZ_ROLE_BY_KIND, ARGS(arg_i64(ROLE_ADMINISTRATOR)), &role));
	return sql_run(store, &SQL_AUTHZ_PRINCIPAL_ROLE_INSERT, ARGS(arg_i64(key), arg_i64(role), arg_i64(root)));
}

static err seed_new(struct store *store, const struct authz_options *o)
{
	struct uuid root_id = random_uuid_v7();
	int64_t version, root;
	TRY(version_take(store, &version));
	TRY(sql_run(store, &SQL_AUTHZ_ORGANIZATION_INSERT, ARGS(arg_uuid(&o->environment), arg_text(o->name), arg_i64(version))));
	TRY(insert_unit(store, &root_id, o->name, 0, &root));
	TRY(seed_roles(store, root, &root_id));
	return seed_operator(store, root);
}

err seed(struct store *store, const struct authz_options *options, struct arena *arena)
{
	int64_t one;
	err e = sql_i64(store, &SQL_AUTHZ_ORGANIZATION, NO_ARGS, &one);
	if (err_kind_of(e) == ERR_NOT_FOUND)
		e = seed_new(store, options);
	TRY(e);
	TRY(insert_misc_privileges(store));
	for (size_t i = 0; i < options->metadata->by_ordinal_count; i++)
		if (options->metadata->by_ordinal[i])
			TRY(insert_privileges(store, options->metadata->by_ordinal[i], arena));
	return OK;
}
