/* data/definitions_json.c - definitions on the wire (4.5). Members come in alphabetical groups of no meaning. */
#include "data/definitions.h"
#include "data/rights.h"

bool is_selected(str select, str name)
{
	str item;
	if (!select.len)
		return true;
	while (str_split(&select, ',', &item))
		if (str_equal(str_trim(item), name))
			return true;
	return str_equal(name, S("MetadataId"));
}

void definition_label_json(struct json_writer *w, str name, str text)
{
	json_key(w, name);
	json_open_object(w);
	json_key(w, S("LocalizedLabels"));
	json_open_array(w);
	json_open_object(w);
	json_member_str(w, S("Label"), text);
	json_member_i64(w, S("LanguageCode"), 1033);
	json_close_object(w);
	json_close_array(w);
	json_key(w, S("UserLocalizedLabel"));
	json_open_object(w);
	json_member_str(w, S("Label"), text);
	json_member_i64(w, S("LanguageCode"), 1033);
	json_close_object(w);
	json_close_object(w);
}

static void value_object(struct json_writer *w, str name, str value)
{
	json_key(w, name);
	json_open_object(w);
	json_member_str(w, S("Value"), value);
	json_close_object(w);
}

/* --- columns --- */

static const struct {
	const char *type, *name, *class;
} types[] = {
	[TYPE_STRING] = { "String", "StringType", "StringAttributeMetadata" },
	[TYPE_MEMO] = { "Memo", "MemoType", "MemoAttributeMetadata" },
	[TYPE_INTEGER] = { "Integer", "IntegerType", "IntegerAttributeMetadata" },
	[TYPE_BIGINT] = { "BigInt", "BigIntType", "BigIntAttributeMetadata" },
	[TYPE_DECIMAL] = { "Decimal", "DecimalType", "DecimalAttributeMetadata" },
	[TYPE_MONEY] = { "Money", "MoneyType", "MoneyAttributeMetadata" },
	[TYPE_DOUBLE] = { "Double", "DoubleType", "DoubleAttributeMetadata" },
	[TYPE_BOOLEAN] = { "Boolean", "BooleanType", "BooleanAttributeMetadata" },
	[TYPE_DATETIME] = { "DateTime", "DateTimeType", "DateTimeAttributeMetadata" },
	[TYPE_PICKLIST] = { "Picklist", "PicklistType", "PicklistAttributeMetadata" },
	[TYPE_STATE] = { "State", "StateType", "StateAttributeMetadata" },
	[TYPE_STATUS] = { "Status", "StatusType", "StatusAttributeMetadata" },
	[TYPE_UNIQUEID] = { "Uniqueidentifier", "UniqueidentifierType", "AttributeMetadata" },
	[TYPE_LOOKUP] = { "Lookup", "LookupType", "LookupAttributeMetadata" },
	[TYPE_OWNER] = { "Owner", "OwnerType", "LookupAttributeMetadata" },
};

str definition_type_name(const struct column *c)
{
	return str_of(types[c->type].type);
}

static void options_json(struct json_writer *w, const struct column *c)
{
	json_key(w, S("OptionSet"));
	json_open_object(w);
	json_key(w, S("Options"));
	json_open_array(w);
	for (size_t i = 0; i < c->option_count; i++) {
		json_open_object(w);
		json_member_i64(w, S("Value"), c->options[i].value);
		definition_label_json(w, S("Label"), c->options[i].label);
		json_close_object(w);
	}
	json_close_array(w);
	json_close_object(w);
}

static void bound(struct json_writer *w, str name, const struct column *c, int64_t v)
{
	struct value value = { .kind = VALUE_I64, .i64 = v };
	json_key(w, name);
	value_write(w, c, &value);
}

static void limits_json(struct json_writer *w, const struct column *c, str select)
{
	bool decimal = c->type == TYPE_DECIMAL || c->type == TYPE_MONEY;
	if (c->length_max && is_selected(select, S("MaxLength")))
		json_member_i64(w, S("MaxLength"), c->length_max);
	if (decimal && is_selected(select, S("Precision")))
		json_member_i64(w, S("Precision"), c->precision);
	if (!decimal && c->type != TYPE_INTEGER && c->type != TYPE_BIGINT)
		return;
	if (is_selected(select, S("MinValue")))
		bound(w, S("MinValue"), c, c->min);
	if (is_selected(select, S("MaxValue")))
		bound(w, S("MaxValue"), c, c->max);
}

static void targets_json(struct json_writer *w, const struct column *c)
{
	json_key(w, S("Targets"));
	json_open_array(w);
	for (size_t i = 0; i < c->target_count; i++)
		json_str(w, c->targets[i]);
	json_close_array(w);
}

static void flags_json(struct json_writer *w, const struct column *c, str select)
{
	const struct {
		const char *name;
		bool value;
	} flags[] = {
		{ "IsPrimaryId", c->flags & COLUMN_PRIMARY_ID }, { "IsPrimaryName", c->flags & COLUMN_PRIMARY_NAME },
		{ "IsSecured", c->flags & COLUMN_SECURED }, { "CanBeSecuredForCreate", column_is_securable(c) },
		{ "CanBeSecuredForRead", column_is_securable(c) }, { "CanBeSecuredForUpdate", column_is_securable(c) }, { "IsValidForCreate", c->flags & COLUMN_CREATABLE },
		{ "IsValidForRead", true }, { "IsValidForUpdate", c->flags & COLUMN_UPDATABLE },
		{ "IsCustomAttribute", c->flags & COLUMN_CUSTOM },
	};
	for (size_t i = 0; i < COUNT_OF(flags); i++)
		if (is_selected(select, str_of(flags[i].name)))
			json_member_bool(w, str_of(flags[i].name), flags[i].value);
}

void column_json(struct data_call *dc, struct json_writer *w, const struct table *t, const struct column *c, str select)
{
	json_open_object(w);
	json_member_str(w, S("@odata.type"), str_format(dc->arena, "#Microsoft.Dynamics.CRM.%s", types[c->type].class));
	json_member_uuid(w, S("MetadataId"), &c->id);
	if (is_selected(select, S("LogicalName")))
		json_member_str(w, S("LogicalName"), c->logical_name);
	if (is_selected(select, S("SchemaName")))
		json_member_str(w, S("SchemaName"), c->schema_name);
	if (is_selected(select, S("EntityLogicalName")))
		json_member_str(w, S("EntityLogicalName"), t->logical_name);
	if (is_selected(select, S("DisplayName")))
		definition_label_json(w, S("DisplayName"), c->display_name);
	if (is_selected(select, S("AttributeType")))
		json_member_str(w, S("AttributeType"), str_of(types[c->type].type));
	if (is_selected(select, S("AttributeTypeName")))
		value_object(w, S("AttributeTypeName"), str_of(types[c->type].name));
	if (is_selected(select, S("RequiredLevel")))
		value_object(w, S("RequiredLevel"), c->flags & COLUMN_REQUIRED ? S("ApplicationRequired") : S("None"));
	flags_json(w, c, select);
	limits_json(w, c, select);
	if (column_is_lookup(c) && is_selected(select, S("Targets")))
		targets_json(w, c);
	if (c->option_count && is_selected(select, S("OptionSet")))
		options_json(w, c);
	json_close_object(w);
}

/* --- tables --- */

static void names_json(struct json_writer *w, const struct table *t, str select)
{
	const struct {
		const char *name;
		str value;
	} members[] = {
		{ "LogicalName", t->logical_name }, { "SchemaName", t->schema_name }, { "EntitySetName", t->entity_set },
		{ "LogicalCollectionName", t->entity_set },
		{ "OwnershipType", table_is_owned(t) ? S("UserOwned") : S("OrganizationOwned") },
		{ "PrimaryIdAttribute", t->primary_id->logical_name },
		{ "PrimaryNameAttribute", t->primary_name ? t->primary_name->logical_name : S("") },
		{ "TableClass", t->class == CLASS_ADMIN ? S("Administration") : S("Business") },
	};
	for (size_t i = 0; i < COUNT_OF(members); i++)
		if (is_selected(select, str_of(members[i].name)))
			json_member_str(w, str_of(members[i].name), members[i].value);
	if (is_selected(select, S("DisplayName")))
		definition_label_json(w, S("DisplayName"), t->display_name);
	if (is_selected(select, S("DisplayCollectionName")))
		definition_label_json(w, S("DisplayCollectionName"), t->display_collection_name);
	if (is_selected(select, S("Description")))
		definition_label_json(w, S("Description"), t->description);
}

static void table_flags_json(struct json_writer *w, const struct table *t, str select)
{
	const struct {
		const char *name;
		bool value;
	} flags[] = {
		{ "IsCustomEntity", !t->builtin }, { "IsActivity", false }, { "HasNotes", false },
		{ "IsOptimisticConcurrencyEnabled", true }, { "ChangeTrackingEnabled", !t->builtin }, { "AutoCreateAccessTeams", t->access_teams },
	};
	for (size_t i = 0; i < COUNT_OF(flags); i++)
		if (is_selected(select, str_of(flags[i].name)))
			json_member_bool(w, str_of(flags[i].name), flags[i].value);
	if (!is_selected(select, S("IsAuditEnabled")))
		return;
	json_key(w, S("IsAuditEnabled"));
	json_open_object(w);
	json_member_bool(w, S("Value"), true);
	json_close_object(w);
}

const char *const definition_expands[EXPANDS] = {
	[EXPAND_ATTRIBUTES] = "Attributes", [EXPAND_KEYS] = "Keys", [EXPAND_MANY_TO_ONE] = "ManyToOneRelationships",
	[EXPAND_ONE_TO_MANY] = "OneToManyRelationships", [EXPAND_MANY_TO_MANY] = "ManyToManyRelationships",
};

err related_json(struct data_call *dc, struct json_writer *w, const struct table *t, enum definition_expand which, str select)
{
	if (which == EXPAND_KEYS)
		return keys_json(dc, w, t, select);
	if (which != EXPAND_MANY_TO_MANY)
		return relationships_json(dc, w, t, which, select);
	associations_json(dc->app->metadata, w, t, select);
	return OK;
}

static err expanded_json(struct data_call *dc, struct json_writer *w, const struct table *t, const struct definition_view *view)
{
	if (view->expand[EXPAND_ATTRIBUTES]) {
		json_key(w, S("Attributes"));
		json_open_array(w);
		for (size_t i = 0; i < t->column_count; i++)
			column_json(dc, w, t, &t->columns[i], view->expand_select[EXPAND_ATTRIBUTES]);
		json_close_array(w);
	}
	for (size_t i = EXPAND_KEYS; i < EXPANDS; i++) {
		if (!view->expand[i])
			continue;
		json_key(w, str_of(definition_expands[i]));
		TRY(related_json(dc, w, t, (enum definition_expand)i, view->expand_select[i]));
	}
	return OK;
}

err table_json(struct data_call *dc, struct json_writer *w, const struct table *t, const struct definition_view *view)
{
	json_open_object(w);
	json_member_uuid(w, S("MetadataId"), &t->id);
	if (is_selected(view->select, S("ObjectTypeCode")))
		json_member_i64(w, S("ObjectTypeCode"), t->object_type_code);
	names_json(w, t, view->select);
	table_flags_json(w, t, view->select);
	if (is_selected(view->select, S("Privileges"))) {
		json_key(w, S("Privileges"));
		TRY(rights_privileges_json(dc, t, w));
	}
	TRY(expanded_json(dc, w, t, view));
	json_close_object(w);
	return OK;
}
