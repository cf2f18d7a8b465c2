/* metadata/system_columns.c - the columns that every business table has (1.1). */
#include "metadata/internal.h"

static const str owner_targets[] = { { "systemuser", 10 }, { "team", 4 } };
static const str user_targets[] = { { "systemuser", 10 } };
static const str team_targets[] = { { "team", 4 } };
static const str unit_targets[] = { { "businessunit", 12 } };

static const struct option state_options[] = { { 0, { "Active", 6 } }, { 1, { "Inactive", 8 } } };
static const struct option status_options[] = { { 1, { "Active", 6 } }, { 2, { "Inactive", 8 } } };

struct system_column {
	const char *logical_name, *schema_name, *display_name, *sql;
	enum column_type type;
	uint32_t flags;
	bool owned_only;
	const str *targets;
	size_t target_count;
};

static const struct system_column rows[] = {
	{ "createdon", "CreatedOn", "Created On", "created_on", TYPE_DATETIME, 0, false, NULL, 0 },
	{ "createdby", "CreatedBy", "Created By", "created_by", TYPE_LOOKUP, COLUMN_OWNER_KEY, false, user_targets, 1 },
	{ "createdonbehalfby", "CreatedOnBehalfBy", "Created By (Delegate)", "created_behalf", TYPE_LOOKUP, COLUMN_OWNER_KEY, false, user_targets, 1 },
	{ "modifiedon", "ModifiedOn", "Modified On", "modified_on", TYPE_DATETIME, 0, false, NULL, 0 },
	{ "modifiedby", "ModifiedBy", "Modified By", "modified_by", TYPE_LOOKUP, COLUMN_OWNER_KEY, false, user_targets, 1 },
	{ "modifiedonbehalfby", "ModifiedOnBehalfBy", "Modified By (Delegate)", "modified_behalf", TYPE_LOOKUP, COLUMN_OWNER_KEY, false, user_targets, 1 },
	{ "ownerid", "OwnerId", "Owner", "owner", TYPE_OWNER, COLUMN_OWNER_KEY | COLUMN_CREATABLE | COLUMN_UPDATABLE, true,
	  owner_targets, 2 },
	{ "owninguser", "OwningUser", "Owning User", "owner", TYPE_LOOKUP, COLUMN_OWNER_KEY, true, user_targets, 1 },
	{ "owningteam", "OwningTeam", "Owning Team", "owner", TYPE_LOOKUP, COLUMN_OWNER_KEY, true, team_targets, 1 },
	{ "owningbusinessunit", "OwningBusinessUnit", "Owning Business Unit", "unit", TYPE_LOOKUP,
	  COLUMN_UNIT_KEY | COLUMN_CREATABLE | COLUMN_UPDATABLE, true, unit_targets, 1 },
	{ "versionnumber", "VersionNumber", "Version Number", "version", TYPE_BIGINT, 0, false, NULL, 0 },
	{ "statecode", "statecode", "Status", "state", TYPE_STATE, COLUMN_UPDATABLE | COLUMN_CREATABLE, false, NULL, 0 },
	{ "statuscode", "statuscode", "Status Reason", "status", TYPE_STATUS, COLUMN_UPDATABLE | COLUMN_CREATABLE, false, NULL, 0 },
};

static void system_options(struct column *c)
{
	if (c->type == TYPE_STATE) {
		c->options = state_options;
		c->option_count = COUNT_OF(state_options);
	}
	if (c->type == TYPE_STATUS) {
		c->options = status_options;
		c->option_count = COUNT_OF(status_options);
	}
}

err system_columns(struct metadata *m, const struct table *t, struct column *out, size_t *out_count)
{
	size_t n = 0;
	_Static_assert(COUNT_OF(rows) + 1 <= SYSTEM_COLUMNS_MAX, "room for the primary id and all rows");
	str id_name = str_format(m->arena, "%.*sid", STR_ARG(t->logical_name));
	str id_schema = str_format(m->arena, "%.*sId", STR_ARG(t->schema_name));
	TRY_NEW(id_name.at);
	TRY_NEW(id_schema.at);
	out[n++] = (struct column){ .type = TYPE_UNIQUEID, .flags = COLUMN_PRIMARY_ID | COLUMN_CREATABLE,
		.id = metadata_id_of(t->logical_name, id_name), .logical_name = id_name, .schema_name = id_schema,
		.display_name = t->display_name, .sql = S("id") };
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct system_column *r = &rows[i];
		if (r->owned_only && !table_is_owned(t))
			continue;
		struct column *c = &out[n++];
		*c = (struct column){ .type = r->type, .flags = r->flags, .logical_name = str_of(r->logical_name),
			.schema_name = str_of(r->schema_name), .display_name = str_of(r->display_name), .sql = str_of(r->sql),
			.targets = r->targets, .target_count = r->target_count, .min = INT64_MIN, .max = INT64_MAX };
		c->id = metadata_id_of(t->logical_name, c->logical_name);
		if (r->targets)
			c->navigation = c->logical_name;
		system_options(c);
	}
	*out_count = n;
	return OK;
}
