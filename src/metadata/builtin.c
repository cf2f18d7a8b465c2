/* metadata/builtin.c - the administrative tables that every environment has (1.2, 4.11).
 *
 * Their rows are authz's: each is read from the view sys_<logical name>, which offers key, id, version and one column for
 * each name below (lookups as 16 octets). Object type codes are the vendor's. Ordinals never change. */
#include "base/map.h"
#include "metadata/internal.h"

/* Up to this ordinal triggers note the changes of what lies below the views (authz/migrations/0020_tracking_of_rights.sql). */
enum { TRACKED_LAST = 19 };
enum { C = COLUMN_CREATABLE, U = COLUMN_UPDATABLE, CU = C | U };

/* Instead of a navigation property: the id is of a row of one of several tables, bound as <name>_<table>. */
#define SEVERAL ""

struct builtin_column {
	const char *name;
	enum column_type type;
	uint32_t flags;
	int32_t length_max;
	const char *target, *navigation; /* navigation null: the logical name */
};

struct builtin_table {
	uint16_t ordinal;
	int32_t type_code;
	enum table_ownership ownership;
	const char *schema_name, *entity_set, *display_name, *collection_name;
	bool own_readable;
	const struct builtin_column *columns; /* the first is the primary id, the second the primary name */
	size_t column_count;
};

static const struct builtin_column unit_columns[] = {
	{ "businessunitid", TYPE_UNIQUEID, C, 0, NULL, NULL },
	{ "name", TYPE_STRING, CU, 160, NULL, NULL },
	{ "parentbusinessunitid", TYPE_LOOKUP, CU, 0, "businessunit", NULL },
	{ "isdisabled", TYPE_BOOLEAN, CU, 0, NULL, NULL },
};
static const struct builtin_column user_columns[] = {
	{ "systemuserid", TYPE_UNIQUEID, C, 0, NULL, NULL },
	{ "fullname", TYPE_STRING, 0, 200, NULL, NULL },
	{ "domainname", TYPE_STRING, CU, 1024, NULL, NULL },
	{ "azureactivedirectoryobjectid", TYPE_UNIQUEID, C, 0, NULL, NULL },
	{ "applicationid", TYPE_UNIQUEID, C, 0, NULL, NULL },
	{ "firstname", TYPE_STRING, CU, 256, NULL, NULL },
	{ "lastname", TYPE_STRING, CU, 256, NULL, NULL },
	{ "internalemailaddress", TYPE_STRING, CU, 100, NULL, NULL },
	{ "businessunitid", TYPE_LOOKUP, CU, 0, "businessunit", NULL },
	{ "parentsystemuserid", TYPE_LOOKUP, CU, 0, "systemuser", NULL },
	{ "positionid", TYPE_LOOKUP, CU, 0, "position", NULL },
	{ "accessmode", TYPE_INTEGER, CU, 0, NULL, NULL },
	{ "isdisabled", TYPE_BOOLEAN, CU, 0, NULL, NULL },
	{ "islicensed", TYPE_BOOLEAN, 0, 0, NULL, NULL },
};
static const struct builtin_column team_columns[] = {
	{ "teamid", TYPE_UNIQUEID, C, 0, NULL, NULL },
	{ "name", TYPE_STRING, CU, 160, NULL, NULL },
	{ "teamtype", TYPE_INTEGER, CU, 0, NULL, NULL },
	{ "businessunitid", TYPE_LOOKUP, CU, 0, "businessunit", NULL },
	{ "administratorid", TYPE_LOOKUP, CU, 0, "systemuser", NULL },
	{ "azureactivedirectoryobjectid", TYPE_UNIQUEID, C, 0, NULL, NULL },
	{ "membershiptype", TYPE_INTEGER, C, 0, NULL, NULL },
	{ "isdefault", TYPE_BOOLEAN, 0, 0, NULL, NULL },
	{ "teamtemplateid", TYPE_LOOKUP, 0, 0, "teamtemplate", NULL },
	{ "regardingobjectid", TYPE_UNIQUEID, 0, 0, NULL, SEVERAL },
};
static const struct builtin_column role_columns[] = {
	{ "roleid", TYPE_UNIQUEID, C, 0, NULL, NULL },
	{ "name", TYPE_STRING, CU, 100, NULL, NULL },
	{ "businessunitid", TYPE_LOOKUP, C, 0, "businessunit", NULL },
	{ "isinherited", TYPE_INTEGER, CU, 0, NULL, NULL },
	{ "contextstring", TYPE_STRING, CU, 160, NULL, NULL },
	{ "xdsbypass", TYPE_BOOLEAN, CU, 0, NULL, NULL },
	{ "parentroleid", TYPE_LOOKUP, 0, 0, "role", NULL },
	{ "parentrootroleid", TYPE_LOOKUP, 0, 0, "role", NULL },
};
static const struct builtin_column privilege_columns[] = {
	{ "privilegeid", TYPE_UNIQUEID, 0, 0, NULL, NULL },
	{ "name", TYPE_STRING, 0, 100, NULL, NULL },
	{ "accessright", TYPE_INTEGER, 0, 0, NULL, NULL },
	{ "canbebasic", TYPE_BOOLEAN, 0, 0, NULL, NULL },
	{ "canbelocal", TYPE_BOOLEAN, 0, 0, NULL, NULL },
	{ "canbedeep", TYPE_BOOLEAN, 0, 0, NULL, NULL },
	{ "canbeglobal", TYPE_BOOLEAN, 0, 0, NULL, NULL },
};
static const struct builtin_column organization_columns[] = {
	{ "organizationid", TYPE_UNIQUEID, 0, 0, NULL, NULL },
	{ "name", TYPE_STRING, 0, 160, NULL, NULL },
	{ "sharetopreviousowneronassign", TYPE_BOOLEAN, U, 0, NULL, NULL },
	{ "ishierarchicalsecuritymodelenabled", TYPE_BOOLEAN, U, 0, NULL, NULL },
	{ "usepositionhierarchy", TYPE_BOOLEAN, U, 0, NULL, NULL },
	{ "maxdepthforhierarchicalsecuritymodel", TYPE_INTEGER, U, 0, NULL, NULL },
	{ "orgdborgsettings", TYPE_MEMO, U, 1048576, NULL, NULL },
};

static const struct builtin_column profile_columns[] = {
	{ "fieldsecurityprofileid", TYPE_UNIQUEID, C, 0, NULL, NULL },
	{ "name", TYPE_STRING, CU, 100, NULL, NULL },
	{ "description", TYPE_MEMO, CU, 2000, NULL, NULL },
};
static const struct builtin_column permission_columns[] = {
	{ "fieldpermissionid", TYPE_UNIQUEID, C, 0, NULL, NULL },
	{ "entityname", TYPE_STRING, C, 128, NULL, NULL },
	{ "attributelogicalname", TYPE_STRING, C, 128, NULL, NULL },
	{ "fieldsecurityprofileid", TYPE_LOOKUP, C, 0, "fieldsecurityprofile", NULL },
	{ "canread", TYPE_INTEGER, CU, 0, NULL, NULL },
	{ "cancreate", TYPE_INTEGER, CU, 0, NULL, NULL },
	{ "canupdate", TYPE_INTEGER, CU, 0, NULL, NULL },
	{ "canreadunmasked", TYPE_INTEGER, CU, 0, NULL, NULL },
};

static const struct builtin_column position_columns[] = {
	{ "positionid", TYPE_UNIQUEID, C, 0, NULL, NULL },
	{ "name", TYPE_STRING, CU, 100, NULL, NULL },
	{ "parentpositionid", TYPE_LOOKUP, CU, 0, "position", NULL },
};
static const struct builtin_column template_columns[] = {
	{ "teamtemplateid", TYPE_UNIQUEID, C, 0, NULL, NULL },
	{ "teamtemplatename", TYPE_STRING, CU, 100, NULL, NULL },
	{ "objecttypecode", TYPE_INTEGER, C, 0, NULL, NULL },
	{ "defaultaccessrightsmask", TYPE_INTEGER, CU, 0, NULL, NULL },
};
static const struct builtin_column mask_columns[] = {
	{ "maskingruleid", TYPE_UNIQUEID, C, 0, NULL, NULL },
	{ "name", TYPE_STRING, CU, 100, NULL, NULL },
	{ "displayname", TYPE_STRING, CU, 200, NULL, NULL },
	{ "regularexpression", TYPE_STRING, CU, 1000, NULL, NULL },
	{ "maskedcharacter", TYPE_STRING, CU, 10, NULL, NULL },
};
static const struct builtin_column column_mask_columns[] = {
	{ "attributemaskingruleid", TYPE_UNIQUEID, C, 0, NULL, NULL },
	{ "uniquename", TYPE_STRING, C, 128, NULL, NULL },
	{ "entityname", TYPE_STRING, C, 128, NULL, NULL },
	{ "attributelogicalname", TYPE_STRING, C, 128, NULL, NULL },
	{ "maskingruleid", TYPE_LOOKUP, C, 0, "maskingrule", "MaskingRuleId" },
};
static const struct builtin_column policy_columns[] = {
	{ "rowpolicyid", TYPE_UNIQUEID, C, 0, NULL, NULL },
	{ "name", TYPE_STRING, CU, 100, NULL, NULL },
	{ "entityname", TYPE_STRING, C, 128, NULL, NULL },
	{ "query", TYPE_MEMO, CU, 8000, NULL, NULL },
	{ "constrainprimary", TYPE_BOOLEAN, CU, 0, NULL, NULL },
	{ "contexttype", TYPE_INTEGER, CU, 0, NULL, NULL },
	{ "contextvalue", TYPE_STRING, CU, 160, NULL, NULL },
	{ "operations", TYPE_INTEGER, CU, 0, NULL, NULL },
	{ "isenabled", TYPE_BOOLEAN, CU, 0, NULL, NULL },
	{ "usenotexists", TYPE_BOOLEAN, CU, 0, NULL, NULL },
	{ "forced", TYPE_BOOLEAN, CU, 0, NULL, NULL },
	{ "explanation", TYPE_MEMO, 0, 2000, NULL, NULL },
};
static const struct builtin_column policy_constraint_columns[] = {
	{ "rowpolicyconstraintid", TYPE_UNIQUEID, C, 0, NULL, NULL },
	{ "entityname", TYPE_STRING, C, 128, NULL, NULL },
	{ "rowpolicyid", TYPE_LOOKUP, C, 0, "rowpolicy", NULL },
	{ "path", TYPE_STRING, CU, 400, NULL, NULL },
	{ "forced", TYPE_BOOLEAN, CU, 0, NULL, NULL },
	{ "explanation", TYPE_MEMO, 0, 2000, NULL, NULL },
};
static const struct builtin_column service_plan_columns[] = {
	{ "serviceplanid", TYPE_UNIQUEID, C, 0, NULL, NULL },
	{ "name", TYPE_STRING, CU, 100, NULL, NULL },
	{ "bounds", TYPE_MEMO, CU, 65536, NULL, NULL },
};
static const struct builtin_column external_type_columns[] = {
	{ "externaltypeid", TYPE_UNIQUEID, C, 0, NULL, NULL },
	{ "name", TYPE_STRING, C, 256, NULL, NULL },
	{ "policy", TYPE_MEMO, CU, 8000, NULL, NULL },
	{ "actions", TYPE_STRING, CU, 2000, NULL, NULL },
	{ "isenabled", TYPE_BOOLEAN, CU, 0, NULL, NULL },
};
static const struct builtin_column external_entity_columns[] = {
	{ "externalentityid", TYPE_UNIQUEID, C, 0, NULL, NULL },
	{ "name", TYPE_STRING, C, 256, NULL, NULL },
	{ "externaltypeid", TYPE_LOOKUP, C, 0, "externaltype", NULL },
	{ "properties", TYPE_MEMO, CU, 4000, NULL, NULL },
};
static const struct builtin_column cell_columns[] = {
	{ "principalobjectattributeaccessid", TYPE_UNIQUEID, C, 0, NULL, NULL },
	{ "attributeid", TYPE_UNIQUEID, C, 0, NULL, NULL },
	{ "objectid", TYPE_UNIQUEID, C, 0, NULL, SEVERAL },
	{ "objecttypecode", TYPE_INTEGER, C, 0, NULL, NULL },
	{ "principalid", TYPE_UNIQUEID, C, 0, NULL, SEVERAL },
	{ "readaccess", TYPE_BOOLEAN, CU, 0, NULL, NULL },
	{ "updateaccess", TYPE_BOOLEAN, CU, 0, NULL, NULL },
};
static const struct builtin_column job_columns[] = {
	{ "asyncoperationid", TYPE_UNIQUEID, 0, 0, NULL, NULL },
	{ "name", TYPE_STRING, 0, 200, NULL, NULL },
	{ "statecode", TYPE_INTEGER, 0, 0, NULL, NULL },
	{ "statuscode", TYPE_INTEGER, 0, 0, NULL, NULL },
	{ "createdon", TYPE_DATETIME, 0, 0, NULL, NULL },
	{ "startedon", TYPE_DATETIME, 0, 0, NULL, NULL },
	{ "completedon", TYPE_DATETIME, 0, 0, NULL, NULL },
	{ "message", TYPE_MEMO, 0, 2000, NULL, NULL },
};
static const struct builtin_column share_columns[] = {
	{ "principalobjectaccessid", TYPE_UNIQUEID, 0, 0, NULL, NULL },
	{ "objectid", TYPE_UNIQUEID, 0, 0, NULL, NULL },
	{ "objecttypecode", TYPE_INTEGER, 0, 0, NULL, NULL },
	{ "principalid", TYPE_UNIQUEID, 0, 0, NULL, NULL },
	{ "principaltypecode", TYPE_INTEGER, 0, 0, NULL, NULL },
	{ "accessrightsmask", TYPE_INTEGER, 0, 0, NULL, NULL },
	{ "inheritedaccessrightsmask", TYPE_INTEGER, 0, 0, NULL, NULL },
};
static const struct builtin_column exclusion_columns[] = {
	{ "hierarchysecurityconfigurationid", TYPE_UNIQUEID, C, 0, NULL, NULL },
	{ "objecttypecode", TYPE_INTEGER, C, 0, NULL, NULL },
};

#define TABLE(ordinal_, code_, ownership_, schema_, set_, name_, names_, columns_) \
	{ ordinal_, code_, ownership_, schema_, set_, name_, names_, false, columns_, COUNT_OF(columns_) }
static const struct builtin_table tables[] = {
	TABLE(1, 1019, OWNERSHIP_ORGANIZATION, "Organization", "organizations", "Organization", "Organizations",
	      organization_columns),
	TABLE(2, 10, OWNERSHIP_USER, "BusinessUnit", "businessunits", "Business Unit", "Business Units", unit_columns),
	TABLE(3, 8, OWNERSHIP_USER, "SystemUser", "systemusers", "User", "Users", user_columns),
	TABLE(4, 9, OWNERSHIP_USER, "Team", "teams", "Team", "Teams", team_columns),
	TABLE(5, 1036, OWNERSHIP_USER, "Role", "roles", "Security Role", "Security Roles", role_columns),
	TABLE(6, 1023, OWNERSHIP_ORGANIZATION, "Privilege", "privileges", "Privilege", "Privileges", privilege_columns),
	TABLE(7, 1200, OWNERSHIP_ORGANIZATION, "FieldSecurityProfile", "fieldsecurityprofiles", "Column Security Profile",
	      "Column Security Profiles", profile_columns),
	TABLE(8, 1201, OWNERSHIP_ORGANIZATION, "FieldPermission", "fieldpermissions", "Column Permission", "Column Permissions",
	      permission_columns),
	TABLE(9, 50, OWNERSHIP_ORGANIZATION, "Position", "positions", "Position", "Positions", position_columns),
	TABLE(10, 9919, OWNERSHIP_ORGANIZATION, "HierarchySecurityConfiguration", "hierarchysecurityconfigurations",
	      "Hierarchy Security Configuration", "Hierarchy Security Configurations", exclusion_columns),
	TABLE(15, 9920, OWNERSHIP_ORGANIZATION, "RowPolicy", "rowpolicies", "Row Policy", "Row Policies", policy_columns),
	TABLE(19, 9924, OWNERSHIP_ORGANIZATION, "RowPolicyConstraint", "rowpolicyconstraints", "Row Policy Constraint", "Row Policy Constraints",
	      policy_constraint_columns),
	TABLE(18, 9923, OWNERSHIP_ORGANIZATION, "ServicePlan", "serviceplans", "Service Plan", "Service Plans", service_plan_columns),
	TABLE(16, 9921, OWNERSHIP_ORGANIZATION, "ExternalType", "externaltypes", "External Type", "External Types", external_type_columns),
	TABLE(17, 9922, OWNERSHIP_ORGANIZATION, "ExternalEntity", "externalentities", "External Entity", "External Entities",
	      external_entity_columns),
	TABLE(14, 44, OWNERSHIP_ORGANIZATION, "PrincipalObjectAttributeAccess", "principalobjectattributeaccessset", "Column Share",
	      "Column Shares", cell_columns),
	TABLE(12, 1202, OWNERSHIP_ORGANIZATION, "MaskingRule", "maskingrules", "Masking Rule", "Masking Rules", mask_columns),
	TABLE(13, 1203, OWNERSHIP_ORGANIZATION, "AttributeMaskingRule", "attributemaskingrules", "Secured Masking Column",
	      "Secured Masking Columns", column_mask_columns),
	{ 20, 4700, OWNERSHIP_USER, "AsyncOperation", "asyncoperations", "System Job", "System Jobs", true, job_columns, COUNT_OF(job_columns) },
	TABLE(21, 11, OWNERSHIP_ORGANIZATION, "PrincipalObjectAccess", "principalobjectaccessset", "Share", "Shares", share_columns),
	TABLE(11, 92, OWNERSHIP_ORGANIZATION, "TeamTemplate", "teamtemplates", "Team Template", "Team Templates", template_columns),
};

/* Tables below the views: what many-to-many relationships may name rows of. */
static const struct {
	const char *table, *rows;
} bases[] = {
	{ "businessunit", "unit" }, { "systemuser", "principal" }, { "team", "principal" }, { "role", "roleinstance" }, { "position", "position" },
};

/* The collections of the administration as pairs (authz/migrations/0024_pairs.sql): k0 of the first table, k1 of the second. */
static const struct {
	const char *sql, *navigation, *side[2];
} pairs[] = {
	{ "pairs_userroles", "systemuserroles_association", { "systemuser", "role" } },
	{ "pairs_teamroles", "teamroles_association", { "team", "role" } },
	{ "pairs_members", "teammembership_association", { "team", "systemuser" } },
	{ "pairs_userprofiles", "systemuserprofiles_association", { "systemuser", "fieldsecurityprofile" } },
	{ "pairs_teamprofiles", "teamprofiles_association", { "team", "fieldsecurityprofile" } },
};

static const struct builtin_key {
	const char *table, *name, *columns[2]; /* the second may be null */
} keys[] = {
	{ "systemuser", "aadobjectid", { "azureactivedirectoryobjectid", NULL } },
	{ "systemuser", "applicationid", { "applicationid", NULL } },
	{ "team", "aadobjectid_membershiptype", { "azureactivedirectoryobjectid", "membershiptype" } },
};

static err targets_of(struct metadata *m, const struct builtin_column *in, struct column *out)
{
	if (!in->target)
		return OK;
	str *target = NEW(m->arena, str);
	TRY_NEW(target);
	*target = str_of(in->target);
	out->targets = target;
	out->target_count = 1;
	out->navigation = str_of(in->navigation ? in->navigation : in->name);
	return OK;
}

static err column_add(struct metadata *m, const struct table *t, const struct builtin_column *in, size_t at, struct column *out)
{
	uint32_t primary = at == 0 ? COLUMN_PRIMARY_ID : at == 1 ? COLUMN_PRIMARY_NAME : 0;
	*out = (struct column){ .type = in->type, .flags = in->flags | primary, .logical_name = str_of(in->name),
		.schema_name = str_of(in->name), .display_name = str_of(in->name), .length_max = in->length_max,
		.sql = at == 0 ? S("id") : str_of(in->name), .min = INT32_MIN, .max = INT32_MAX };
	out->id = metadata_id_of(t->logical_name, out->logical_name);
	if (in->navigation && !in->target)
		out->value_name = out->logical_name; /* until table_finish */
	return targets_of(m, in, out);
}

static err key_add(struct metadata *m, const struct table *t, const struct builtin_key *in, struct table_key *out)
{
	*out = (struct table_key){ .logical_name = str_of(in->name), .schema_name = str_of(in->name), .display_name = str_of(in->name),
		.id = metadata_id_of(S("key"), str_of(in->name)), .columns = NEW_ARRAY(m->arena, const struct column *, COUNT_OF(in->columns)) };
	TRY_NEW(out->columns);
	for (size_t i = 0; i < COUNT_OF(in->columns) && in->columns[i]; i++)
		out->columns[out->column_count++] = table_column(t, str_of(in->columns[i]));
	return OK;
}

static err keys_add(struct metadata *m, struct table *t)
{
	struct table_key *list = NEW_ARRAY(m->arena, struct table_key, COUNT_OF(keys));
	TRY_NEW(list);
	for (size_t i = 0; i < COUNT_OF(keys); i++)
		if (str_equal(t->logical_name, str_of(keys[i].table)))
			TRY(key_add(m, t, &keys[i], &list[t->key_count++]));
	t->keys = list;
	return OK;
}

static err table_add(struct metadata *m, const struct builtin_table *in)
{
	struct table *t = NEW(m->arena, struct table);
	struct column *columns = NEW_ARRAY(m->arena, struct column, in->column_count + 1);
	TRY_NEW(t);
	TRY_NEW(columns);
	*t = (struct table){ .ordinal = in->ordinal, .ownership = in->ownership, .class = CLASS_ADMIN, .builtin = true, .own_readable = in->own_readable,
		.trackable = in->ordinal <= TRACKED_LAST, .object_type_code = in->type_code, .schema_name = str_of(in->schema_name),
		.logical_name = str_lower(m->arena, str_of(in->schema_name)), .entity_set = str_of(in->entity_set),
		.display_name = str_of(in->display_name), .display_collection_name = str_of(in->collection_name),
		.column_count = in->column_count + 1 };
	TRY_NEW(t->logical_name.at);
	t->sql = str_join(m->arena, S("sys_"), t->logical_name);
	TRY_NEW(t->sql.at);
	t->id = metadata_id_of(S("table"), t->logical_name);
	t->rows = S("");
	for (size_t i = 0; i < COUNT_OF(bases); i++)
		if (str_equal(t->logical_name, str_of(bases[i].table)))
			t->rows = str_of(bases[i].rows);
	for (size_t i = 0; i < in->column_count; i++)
		TRY(column_add(m, t, &in->columns[i], i, &columns[i]));
	columns[in->column_count] = (struct column){ .type = TYPE_BIGINT, .logical_name = S("versionnumber"),
		.schema_name = S("VersionNumber"), .display_name = S("Version Number"), .sql = S("version"),
		.id = metadata_id_of(t->logical_name, S("versionnumber")), .min = INT64_MIN, .max = INT64_MAX };
	TRY(table_finish(m->arena, t, columns));
	TRY(keys_add(m, t));
	m->by_ordinal[t->ordinal] = t;
	return OK;
}

err builtin_pairs_add(struct metadata *m)
{
	struct association *list = NEW_ARRAY(m->arena, struct association, COUNT_OF(pairs));
	TRY_NEW(list);
	for (size_t i = 0; i < COUNT_OF(pairs); i++) {
		list[i] = (struct association){ .sql = str_of(pairs[i].sql), .schema_name = S(""), .pairs = S("") };
		for (int side = 0; side < 2; side++) {
			list[i].side[side] = metadata_table(m, str_of(pairs[i].side[side]));
			list[i].navigation[side] = str_of(pairs[i].navigation);
		}
	}
	m->administrative = list;
	m->administrative_count = COUNT_OF(pairs);
	return OK;
}

err builtin_tables_add(struct metadata *m)
{
	for (size_t i = 0; i < COUNT_OF(tables); i++)
		TRY(table_add(m, &tables[i]));
	return OK;
}
