/* data/definitions_parse.c - bodies of POST EntityDefinitions, Attributes and RelationshipDefinitions. */
#include "data/definitions.h"
#include "host/random.h"

enum { LABEL_LEN_MAX = 400, OPTIONS_MAX = 1000 };

static err wrong(struct data_call *dc, const char *what)
{
	return REFUSE(dc, 400, CODE_INVALID_ARGUMENT, "%s.", what);
}

/* The first localized label, or nothing. */
str definition_label(const struct json *label)
{
	const struct json *list = json_member(label, S("LocalizedLabels"));
	str text = { 0 };
	if (json_is(list, JSON_ARRAY) && list->first && json_member_is_str(list->first, S("Label"), &text))
		return str_slice(text, 0, text.len < LABEL_LEN_MAX ? text.len : LABEL_LEN_MAX);
	return (str){ "", 0 };
}

/* {"Value": x} or x itself. */
static const struct json *managed(const struct json *in)
{
	return json_is(in, JSON_OBJECT) ? json_member(in, S("Value")) : in;
}

err definition_id(struct data_call *dc, const struct json *in, struct uuid *out)
{
	str text;
	*out = random_uuid_v7();
	if (!json_member_is_str(in, S("MetadataId"), &text))
		return OK;
	return failed(uuid_parse(text, out)) || uuid_is_nil(out) ? wrong(dc, "MetadataId must be a GUID") : OK;
}

static const struct {
	const char *type;
	enum column_type column;
} kinds[] = {
	{ "StringAttributeMetadata", TYPE_STRING }, { "MemoAttributeMetadata", TYPE_MEMO },
	{ "IntegerAttributeMetadata", TYPE_INTEGER }, { "BigIntAttributeMetadata", TYPE_BIGINT },
	{ "DecimalAttributeMetadata", TYPE_DECIMAL }, { "MoneyAttributeMetadata", TYPE_MONEY },
	{ "DoubleAttributeMetadata", TYPE_DOUBLE }, { "BooleanAttributeMetadata", TYPE_BOOLEAN },
	{ "DateTimeAttributeMetadata", TYPE_DATETIME }, { "PicklistAttributeMetadata", TYPE_PICKLIST },
	{ "LookupAttributeMetadata", TYPE_LOOKUP }, { "MultiSelectPicklistAttributeMetadata", TYPE_CHOICES },
};

static bool kind_of(const struct json *in, enum column_type *out)
{
	static const str prefix = { "Microsoft.Dynamics.CRM.", 23 };
	str type;
	if (!json_member_is_str(in, S("@odata.type"), &type))
		return false;
	if (str_starts_with(type, S("#")))
		type = str_from(type, 1);
	if (!str_starts_with(type, prefix))
		return false;
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		if (str_equal(str_from(type, prefix.len), str_of(kinds[i].type))) {
			*out = kinds[i].column;
			return true;
		}
	}
	return false;
}

/* --- limits --- */

static bool int_member(const struct json *in, str name, int64_t *out)
{
	const struct json *v = json_member(in, name);
	return json_is(v, JSON_NUMBER) && json_to_i64(v, out);
}

static err bound_of(struct data_call *dc, const struct json *in, str name, const struct column_wish *w, bool *out_has, int64_t *out)
{
	const struct json *v = json_member(in, name);
	bool inexact, decimal = w->type == TYPE_DECIMAL || w->type == TYPE_MONEY;
	if (!v || v->kind == JSON_NULL || w->type == TYPE_DOUBLE)
		return OK;
	*out_has = true;
	if (v->kind != JSON_NUMBER || !decimal_parse(v->text, decimal ? (uint8_t)(w->precision < 0 ? 2 : w->precision) : 0, out, &inexact))
		return wrong(dc, "MinValue and MaxValue must be numbers that the column can hold");
	return OK;
}

static err limits_parse(struct data_call *dc, const struct json *in, struct column_wish *w)
{
	int64_t n;
	if (int_member(in, S("MaxLength"), &n)) {
		if (n < 1 || n > INT32_MAX)
			return wrong(dc, "MaxLength is out of range");
		w->length_max = (int32_t)n;
	}
	if (int_member(in, S("Precision"), &n)) {
		if (n < 0 || n > 10)
			return wrong(dc, "Precision is out of range");
		w->precision = (int)n;
	}
	TRY(bound_of(dc, in, S("MinValue"), w, &w->has_min, &w->min));
	return bound_of(dc, in, S("MaxValue"), w, &w->has_max, &w->max);
}

/* Format DateOnly, or DateTimeBehavior DateOnly: a day without a time. Times are instants, whatever the behaviour's name. */
static err date_parse(struct data_call *dc, const struct json *in, struct column_wish *w)
{
	const struct json *behaviour = managed(json_member(in, S("DateTimeBehavior")));
	str format = S("DateAndTime"), kept = json_is(behaviour, JSON_STRING) ? behaviour->text : S("UserLocal");
	if (w->type != TYPE_DATETIME)
		return OK;
	(void)json_member_is_str(in, S("Format"), &format);
	bool day = str_equal(format, S("DateOnly")), day_kept = str_equal(kept, S("DateOnly"));
	if (!day && !str_equal(format, S("DateAndTime")))
		return wrong(dc, "Format is DateOnly or DateAndTime");
	if (!day_kept && !str_equal(kept, S("UserLocal")) && !str_equal(kept, S("TimeZoneIndependent")))
		return wrong(dc, "DateTimeBehavior is UserLocal, DateOnly or TimeZoneIndependent");
	if (day || day_kept)
		w->type = TYPE_DATE;
	return OK;
}

static bool option_is_new(const struct json *first, const struct json *o, int64_t value)
{
	int64_t other;
	for (; first != o; first = first->next)
		if (int_member(first, S("Value"), &other) && other == value)
			return false;
	return true;
}

static err options_write(struct data_call *dc, const struct json *list, struct json_writer *w)
{
	json_open_array(w);
	for (const struct json *o = list->first; o; o = o->next) {
		int64_t value;
		if (!int_member(o, S("Value"), &value) || value < INT32_MIN || value > INT32_MAX)
			return wrong(dc, "each option must have a whole Value");
		if (!option_is_new(list->first, o, value))
			return wrong(dc, "no two options may have the same Value");
		json_open_array(w);
		json_i64(w, value);
		json_str(w, definition_label(json_member(o, S("Label"))));
		json_close_array(w);
	}
	json_close_array(w);
	return OK;
}

static err options_parse(struct data_call *dc, const struct json *in, struct column_wish *w)
{
	SCOPED(buffer) text = { 0 };
	const struct json *list = json_member(json_member(in, S("OptionSet")), S("Options"));
	buffer_init(&text, 1 << 20);
	struct json_writer writer = json_writer_to(&text);
	w->options = S("");
	if (w->type != TYPE_PICKLIST && w->type != TYPE_CHOICES)
		return OK;
	if (!json_is(list, JSON_ARRAY) || list->count == 0 || list->count > OPTIONS_MAX)
		return wrong(dc, "choices need OptionSet.Options, at most 1000");
	TRY(options_write(dc, list, &writer));
	w->options = str_copy(dc->arena, buffer_str(&text));
	TRY_NEW(w->options.at);
	return OK;
}

err column_wish_parse(struct data_call *dc, const struct json *in, struct column_wish *out)
{
	const struct json *level = managed(json_member(in, S("RequiredLevel")));
	*out = (struct column_wish){ .precision = -1, .options = S(""), .target = S("") };
	if (!kind_of(in, &out->type))
		return wrong(dc, "@odata.type of a column must be Microsoft.Dynamics.CRM.<Kind>AttributeMetadata of a supported kind");
	if (!json_member_is_str(in, S("SchemaName"), &out->schema_name))
		return wrong(dc, "a column needs a SchemaName");
	TRY(definition_id(dc, in, &out->id));
	out->display_name = definition_label(json_member(in, S("DisplayName")));
	out->required = json_is(level, JSON_STRING) && !str_equal(level->text, S("None"));
	(void)json_member_is_bool(in, S("IsPrimaryName"), &out->primary_name);
	(void)json_member_is_bool(in, S("IsSecured"), &out->secured);
	TRY(date_parse(dc, in, out));
	TRY(limits_parse(dc, in, out));
	return options_parse(dc, in, out);
}

/* --- tables --- */

static err primary_name_find(struct data_call *dc, const struct json *in, struct column_wish *out)
{
	const struct json *list = json_member(in, S("Attributes"));
	if (!json_is(list, JSON_ARRAY) || list->count != 1)
		return wrong(dc, "Attributes must hold exactly the primary name; add others by POST EntityDefinitions(...)/Attributes");
	TRY(column_wish_parse(dc, list->first, out));
	if (!out->primary_name || out->type != TYPE_STRING)
		return wrong(dc, "Attributes must hold a StringAttributeMetadata with IsPrimaryName true");
	return OK;
}

static err class_parse(struct data_call *dc, const struct json *in, struct table_wish *out)
{
	str text = S("Business");
	(void)json_member_is_str(in, S("TableClass"), &text);
	out->class = str_equal(text, S("Administration")) ? CLASS_ADMIN : CLASS_BUSINESS;
	return out->class == CLASS_ADMIN || str_equal(text, S("Business")) ? OK : wrong(dc, "TableClass is Business or Administration");
}

err table_wish_parse(struct data_call *dc, const struct json *in, bool making, struct table_wish *out)
{
	str ownership;
	bool activity = false;
	*out = (struct table_wish){ .entity_set = S("") };
	if (!json_member_is_str(in, S("SchemaName"), &out->schema_name))
		return wrong(dc, "a table needs a SchemaName");
	if (!json_member_is_str(in, S("OwnershipType"), &ownership))
		return wrong(dc, "a table needs an OwnershipType");
	out->ownership = str_equal(ownership, S("UserOwned")) ? OWNERSHIP_USER : OWNERSHIP_ORGANIZATION;
	if (out->ownership != OWNERSHIP_USER && !str_equal(ownership, S("OrganizationOwned")))
		return wrong(dc, "OwnershipType is UserOwned or OrganizationOwned");
	if (json_member_is_bool(in, S("IsActivity"), &activity) && activity)
		return wrong(dc, "activity tables are not supported");
	TRY(definition_id(dc, in, &out->id));
	TRY(class_parse(dc, in, out));
	(void)json_member_is_bool(in, S("AutoCreateAccessTeams"), &out->access_teams);
	if (out->access_teams && out->ownership != OWNERSHIP_USER)
		return wrong(dc, "only a UserOwned table has access teams");
	(void)json_member_is_str(in, S("EntitySetName"), &out->entity_set);
	out->display_name = definition_label(json_member(in, S("DisplayName")));
	out->display_collection_name = definition_label(json_member(in, S("DisplayCollectionName")));
	out->description = definition_label(json_member(in, S("Description")));
	return making ? primary_name_find(dc, in, &out->primary_name) : OK;
}

/* --- relationships --- */

bool definition_is(const struct json *in, str name)
{
	str type = { 0 };
	return json_member_is_str(in, S("@odata.type"), &type) && str_ends_with(type, name) &&
	       str_ends_with(str_slice(type, 0, type.len - name.len), S("Microsoft.Dynamics.CRM."));
}

static const struct {
	const char *action, *absent, *allowed; /* allowed: separated by blanks */
} cascades[] = {
	{ "Assign", "NoCascade", "NoCascade Cascade Active UserOwned" }, { "Share", "NoCascade", "NoCascade Cascade Active UserOwned" },
	{ "Unshare", "NoCascade", "NoCascade Cascade Active UserOwned" }, { "Reparent", "NoCascade", "NoCascade Cascade Active UserOwned" },
	{ "Merge", "NoCascade", "NoCascade Cascade" }, { "Delete", "RemoveLink", "RemoveLink Restrict Cascade" },
};

static bool is_word_of(str word, str list)
{
	str item;
	while (str_split(&list, ' ', &item))
		if (str_equal(item, word))
			return true;
	return false;
}

err cascade_parse(struct data_call *dc, const struct json *in, str *out)
{
	SCOPED(buffer) text = { 0 };
	buffer_init(&text, 4096);
	struct json_writer w = json_writer_to(&text);
	json_open_object(&w);
	for (size_t i = 0; i < COUNT_OF(cascades); i++) {
		str value = str_of(cascades[i].absent);
		(void)json_member_is_str(in, str_of(cascades[i].action), &value);
		if (!is_word_of(value, str_of(cascades[i].allowed)))
			return REFUSE(dc, 400, CODE_INVALID_ARGUMENT, "Cascade '%s' cannot be '%.*s'.", cascades[i].action, STR_ARG(value));
		json_member_str(&w, str_of(cascades[i].action), value);
	}
	json_close_object(&w);
	*out = str_copy(dc->arena, buffer_str(&text));
	TRY_NEW(out->at);
	return OK;
}

static err end_find(struct data_call *dc, const struct json *in, str member, const struct table **out)
{
	str name;
	*out = json_member_is_str(in, member, &name) ? metadata_table(dc->app->metadata, name) : NULL;
	return *out ? OK : wrong(dc, "ReferencedEntity and ReferencingEntity must name tables");
}

err relationship_wish_parse(struct data_call *dc, const struct json *in, struct relationship_wish *out,
			    const struct table **out_referenced, const struct table **out_referencing)
{
	*out = (struct relationship_wish){ .cascade = S("") };
	if (!definition_is(in, S("OneToManyRelationshipMetadata")))
		return wrong(dc, "@odata.type must be Microsoft.Dynamics.CRM.OneToManyRelationshipMetadata or ManyToManyRelationshipMetadata");
	if (!json_member_is_str(in, S("SchemaName"), &out->schema_name))
		return wrong(dc, "a relationship needs a SchemaName");
	TRY(definition_id(dc, in, &out->id));
	TRY(end_find(dc, in, S("ReferencedEntity"), out_referenced));
	TRY(end_find(dc, in, S("ReferencingEntity"), out_referencing));
	TRY(cascade_parse(dc, json_member(in, S("CascadeConfiguration")), &out->cascade));
	const struct json *lookup = json_member(in, S("Lookup"));
	if (!json_is(lookup, JSON_OBJECT))
		return wrong(dc, "a relationship needs a Lookup");
	TRY(column_wish_parse(dc, lookup, &out->lookup));
	return out->lookup.type == TYPE_LOOKUP ? OK : wrong(dc, "Lookup must be a LookupAttributeMetadata");
}
