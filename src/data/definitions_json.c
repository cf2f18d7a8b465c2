/* data/definitions_json.c - definitions on the wire (4.5). Members come in alphabetical groups of no meaning. */
#include "data/definitions.h"
#include "data/rights.h"

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
	const char *kind; /* as solutions name it; null: like type */
} types[TYPES_END] = {
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
	[TYPE_DATE] = { "DateTime", "DateTimeType", "DateTimeAttributeMetadata", "DateOnly" },
	[TYPE_CHOICES] = { "Virtual", "MultiSelectPicklistType", "MultiSelectPicklistAttributeMetadata", "MultiSelectPicklist" },
};

str definition_type_name(const struct column *c)
{
	return str_of(types[c->type].type);
}

str definition_kind_name(const struct column *c)
{
	return str_of(types[c->type].kind ? types[c->type].kind : types[c->type].type);
}

bool column_is_of_class(const struct column *c, str class)
{
	return !class.len || str_equal(class, S("AttributeMetadata")) || str_equal(class, str_of(types[c->type].class)) ||
	       (column_has_options(c) && str_equal(class, S("EnumAttributeMetadata")));
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

static void bounds_json(struct json_writer *w, const struct column *c, str select)
{
	if (c->type != TYPE_DECIMAL && c->type != TYPE_MONEY && c->type != TYPE_INTEGER && c->type != TYPE_BIGINT)
		return;
	if (is_selected(select, S("MinValue")))
		bound(w, S("MinValue"), c, c->min);
	if (is_selected(select, S("MaxValue")))
		bound(w, S("MaxValue"), c, c->max);
}

static void date_json(struct json_writer *w, const struct column *c, str select)
{
	if (is_selected(select, S("Format")))
		json_member_str(w, S("Format"), c->type == TYPE_DATE ? S("DateOnly") : S("DateAndTime"));
	if (is_selected(select, S("DateTimeBehavior")))
		value_object(w, S("DateTimeBehavior"), c->type == TYPE_DATE ? S("DateOnly") : S("UserLocal"));
}

static void targets_json(const struct data_call *dc, struct json_writer *w, const struct column *c)
{
	json_key(w, S("Targets"));
	json_open_array(w);
	for (size_t i = 0; i < c->target_count; i++) {
		const struct table *t = metadata_table(dc->app->metadata, c->targets[i]);
		if (t && rights_table_shown(dc, t))
			json_str(w, c->targets[i]);
	}
	json_close_array(w);
}

void column_json(struct data_call *dc, struct json_writer *w, const struct table *t, const struct column *c, str select)
{
	struct definition_row row;
	definition_of_column(t, c, &row);
	json_open_object(w);
	json_member_str(w, S("@odata.type"), str_format(dc->arena, "#Microsoft.Dynamics.CRM.%s", types[c->type].class));
	definition_members_json(w, SHAPE_COLUMN, &row, select);
	if (is_selected(select, S("DisplayName")))
		definition_label_json(w, S("DisplayName"), c->display_name);
	if (is_selected(select, S("AttributeTypeName")))
		value_object(w, S("AttributeTypeName"), str_of(types[c->type].name));
	if (is_selected(select, S("RequiredLevel")))
		value_object(w, S("RequiredLevel"), c->flags & COLUMN_REQUIRED ? S("ApplicationRequired") : S("None"));
	bounds_json(w, c, select);
	if (c->type == TYPE_DATE || c->type == TYPE_DATETIME)
		date_json(w, c, select);
	if (column_is_lookup(c) && is_selected(select, S("Targets")))
		targets_json(dc, w, c);
	if (c->option_count && is_selected(select, S("OptionSet")))
		options_json(w, c);
	json_close_object(w);
}

static void columns_json(struct data_call *dc, struct json_writer *w, const struct table *t, const struct definition_query *query)
{
	struct definition_row row;
	json_open_array(w);
	for (size_t i = 0; i < t->column_count; i++) {
		definition_of_column(t, &t->columns[i], &row);
		if (column_is_of_class(&t->columns[i], query->cast) && definition_filter_keeps(query->filter, &row))
			column_json(dc, w, t, &t->columns[i], query->select);
	}
	json_close_array(w);
}

/* --- tables --- */

static void table_labels_json(struct json_writer *w, const struct table *t, str select)
{
	if (is_selected(select, S("DisplayName")))
		definition_label_json(w, S("DisplayName"), t->display_name);
	if (is_selected(select, S("DisplayCollectionName")))
		definition_label_json(w, S("DisplayCollectionName"), t->display_collection_name);
	if (is_selected(select, S("Description")))
		definition_label_json(w, S("Description"), t->description);
}

err related_json(struct data_call *dc, struct json_writer *w, const struct table *t, enum definition_expand which,
		 const struct definition_query *query)
{
	switch (which) {
	case EXPAND_ATTRIBUTES:
		columns_json(dc, w, t, query);
		return OK;
	case EXPAND_KEYS:
		keys_json(w, t, query);
		return OK;
	default:
		return relationships_json(dc, w, t, which, query);
	}
}

err table_json(struct data_call *dc, struct json_writer *w, const struct table *t, const struct definition_view *view)
{
	struct definition_row row;
	str select = view->own.select;
	definition_of_table(t, &row);
	json_open_object(w);
	definition_members_json(w, SHAPE_TABLE, &row, select);
	table_labels_json(w, t, select);
	if (is_selected(select, S("IsAuditEnabled"))) {
		json_key(w, S("IsAuditEnabled"));
		json_open_object(w);
		json_member_bool(w, S("Value"), true);
		json_close_object(w);
	}
	if (is_selected(select, S("Privileges"))) {
		json_key(w, S("Privileges"));
		TRY(rights_privileges_json(dc, t, w));
	}
	for (size_t i = 0; i < EXPANDS; i++) {
		if (!view->expand[i])
			continue;
		json_key(w, str_of(definition_expands[i]));
		TRY(related_json(dc, w, t, (enum definition_expand)i, &view->expanded[i]));
	}
	json_close_object(w);
	return OK;
}
