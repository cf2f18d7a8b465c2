/* data/definitions_shape.c - the simple properties of definitions: what $select and $filter know, and what the wire shows of each. */
#include "data/definitions.h"

#define TEXT_(s_) { s_, sizeof(s_) - 1 }
#define PROPERTY(at_, type_, name_) [at_] = { .index = (at_), .type = (type_), .logical_name = TEXT_(name_), .min = INT32_MIN, .max = INT32_MAX }

/* In every shape. */
enum { P_ID, P_SCHEMA, P_COMMON };

enum { T_LOGICAL = P_COMMON, T_SET, T_COLLECTION, T_OWNERSHIP, T_PRIMARY_ID, T_PRIMARY_NAME, T_CLASS, T_CODE, T_CUSTOM, T_ACTIVITY, T_NOTES,
	T_CONCURRENCY, T_TRACKING, T_ACCESS_TEAMS, T_END };
static const struct column of_tables[T_END] = {
	PROPERTY(P_ID, TYPE_UNIQUEID, "MetadataId"), PROPERTY(P_SCHEMA, TYPE_STRING, "SchemaName"),
	PROPERTY(T_LOGICAL, TYPE_STRING, "LogicalName"), PROPERTY(T_SET, TYPE_STRING, "EntitySetName"),
	PROPERTY(T_COLLECTION, TYPE_STRING, "LogicalCollectionName"), PROPERTY(T_OWNERSHIP, TYPE_STRING, "OwnershipType"),
	PROPERTY(T_PRIMARY_ID, TYPE_STRING, "PrimaryIdAttribute"), PROPERTY(T_PRIMARY_NAME, TYPE_STRING, "PrimaryNameAttribute"),
	PROPERTY(T_CLASS, TYPE_STRING, "TableClass"), PROPERTY(T_CODE, TYPE_INTEGER, "ObjectTypeCode"),
	PROPERTY(T_CUSTOM, TYPE_BOOLEAN, "IsCustomEntity"), PROPERTY(T_ACTIVITY, TYPE_BOOLEAN, "IsActivity"),
	PROPERTY(T_NOTES, TYPE_BOOLEAN, "HasNotes"), PROPERTY(T_CONCURRENCY, TYPE_BOOLEAN, "IsOptimisticConcurrencyEnabled"),
	PROPERTY(T_TRACKING, TYPE_BOOLEAN, "ChangeTrackingEnabled"), PROPERTY(T_ACCESS_TEAMS, TYPE_BOOLEAN, "AutoCreateAccessTeams"),
};

enum { C_LOGICAL = P_COMMON, C_TABLE, C_TYPE, C_IS_ID, C_IS_NAME, C_SECURED, C_SECURED_CREATE, C_SECURED_READ, C_SECURED_UPDATE, C_CREATE,
	C_READ, C_UPDATE, C_CUSTOM, C_LENGTH, C_PRECISION, C_END };
static const struct column of_columns[C_END] = {
	PROPERTY(P_ID, TYPE_UNIQUEID, "MetadataId"), PROPERTY(P_SCHEMA, TYPE_STRING, "SchemaName"),
	PROPERTY(C_LOGICAL, TYPE_STRING, "LogicalName"), PROPERTY(C_TABLE, TYPE_STRING, "EntityLogicalName"),
	PROPERTY(C_TYPE, TYPE_STRING, "AttributeType"), PROPERTY(C_IS_ID, TYPE_BOOLEAN, "IsPrimaryId"),
	PROPERTY(C_IS_NAME, TYPE_BOOLEAN, "IsPrimaryName"), PROPERTY(C_SECURED, TYPE_BOOLEAN, "IsSecured"),
	PROPERTY(C_SECURED_CREATE, TYPE_BOOLEAN, "CanBeSecuredForCreate"), PROPERTY(C_SECURED_READ, TYPE_BOOLEAN, "CanBeSecuredForRead"),
	PROPERTY(C_SECURED_UPDATE, TYPE_BOOLEAN, "CanBeSecuredForUpdate"), PROPERTY(C_CREATE, TYPE_BOOLEAN, "IsValidForCreate"),
	PROPERTY(C_READ, TYPE_BOOLEAN, "IsValidForRead"), PROPERTY(C_UPDATE, TYPE_BOOLEAN, "IsValidForUpdate"),
	PROPERTY(C_CUSTOM, TYPE_BOOLEAN, "IsCustomAttribute"), PROPERTY(C_LENGTH, TYPE_INTEGER, "MaxLength"),
	PROPERTY(C_PRECISION, TYPE_INTEGER, "Precision"),
};

enum { K_LOGICAL = P_COMMON, K_TABLE, K_STATUS, K_END };
static const struct column of_keys[K_END] = {
	PROPERTY(P_ID, TYPE_UNIQUEID, "MetadataId"), PROPERTY(P_SCHEMA, TYPE_STRING, "SchemaName"),
	PROPERTY(K_LOGICAL, TYPE_STRING, "LogicalName"), PROPERTY(K_TABLE, TYPE_STRING, "EntityLogicalName"),
	PROPERTY(K_STATUS, TYPE_STRING, "EntityKeyIndexStatus"),
};

/* Those of both kinds: what a relationship has not is null, and not shown. */
enum { R_KIND = P_COMMON, R_CUSTOM, R_REFERENCED, R_REFERENCED_COLUMN, R_REFERENCING, R_REFERENCING_COLUMN, R_REFERENCED_NAVIGATION,
	R_REFERENCING_NAVIGATION, R_PAIRS, R_ONE, R_ONE_COLUMN, R_ONE_NAVIGATION, R_TWO, R_TWO_COLUMN, R_TWO_NAVIGATION, R_END };
static const struct column of_relationships[R_END] = {
	PROPERTY(P_ID, TYPE_UNIQUEID, "MetadataId"), PROPERTY(P_SCHEMA, TYPE_STRING, "SchemaName"),
	PROPERTY(R_KIND, TYPE_STRING, "RelationshipType"), PROPERTY(R_CUSTOM, TYPE_BOOLEAN, "IsCustomRelationship"),
	PROPERTY(R_REFERENCED, TYPE_STRING, "ReferencedEntity"), PROPERTY(R_REFERENCED_COLUMN, TYPE_STRING, "ReferencedAttribute"),
	PROPERTY(R_REFERENCING, TYPE_STRING, "ReferencingEntity"), PROPERTY(R_REFERENCING_COLUMN, TYPE_STRING, "ReferencingAttribute"),
	PROPERTY(R_REFERENCED_NAVIGATION, TYPE_STRING, "ReferencedEntityNavigationPropertyName"),
	PROPERTY(R_REFERENCING_NAVIGATION, TYPE_STRING, "ReferencingEntityNavigationPropertyName"),
	PROPERTY(R_PAIRS, TYPE_STRING, "IntersectEntityName"), PROPERTY(R_ONE, TYPE_STRING, "Entity1LogicalName"),
	PROPERTY(R_ONE_COLUMN, TYPE_STRING, "Entity1IntersectAttribute"), PROPERTY(R_ONE_NAVIGATION, TYPE_STRING, "Entity1NavigationPropertyName"),
	PROPERTY(R_TWO, TYPE_STRING, "Entity2LogicalName"), PROPERTY(R_TWO_COLUMN, TYPE_STRING, "Entity2IntersectAttribute"),
	PROPERTY(R_TWO_NAVIGATION, TYPE_STRING, "Entity2NavigationPropertyName"),
};

_Static_assert((int)T_END <= (int)DEFINITION_VALUES_MAX && (int)C_END <= (int)DEFINITION_VALUES_MAX && (int)R_END <= (int)DEFINITION_VALUES_MAX,
	       "a row has room for the properties of each shape");

#define SHAPE(name_, columns_, end_) { .logical_name = TEXT_(name_), .columns = (columns_), .column_count = (end_), .primary_id = &(columns_)[P_ID] }
static const struct table shapes[SHAPES] = {
	[SHAPE_TABLE] = SHAPE("EntityMetadata", of_tables, T_END),
	[SHAPE_COLUMN] = SHAPE("AttributeMetadata", of_columns, C_END),
	[SHAPE_KEY] = SHAPE("EntityKeyMetadata", of_keys, K_END),
	[SHAPE_RELATIONSHIP] = SHAPE("RelationshipMetadataBase", of_relationships, R_END),
};

/* Members that are objects or lists, each written by whoever writes the definition: selected, not compared. */
static const char *const composites[SHAPES] = {
	[SHAPE_TABLE] = "DisplayName,DisplayCollectionName,Description,IsAuditEnabled,Privileges",
	[SHAPE_COLUMN] = "DisplayName,AttributeTypeName,RequiredLevel,MinValue,MaxValue,Format,DateTimeBehavior,Targets,OptionSet",
	[SHAPE_KEY] = "DisplayName,KeyAttributes",
	[SHAPE_RELATIONSHIP] = "CascadeConfiguration",
};

const struct table *definition_shape(enum definition_shape shape)
{
	return &shapes[shape];
}

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

err definition_select_check(struct data_call *dc, enum definition_shape shape, str select)
{
	str item, rest = select;
	while (select.len && str_split(&rest, ',', &item)) {
		item = str_trim(item);
		if (table_column(&shapes[shape], item) || (item.len && is_selected(str_of(composites[shape]), item)))
			continue;
		return REFUSE(dc, 400, CODE_BAD_QUERY, "Could not find a property named '%.*s' on type 'Microsoft.Dynamics.CRM.%.*s'.", STR_ARG(item),
			      STR_ARG(shapes[shape].logical_name));
	}
	return OK;
}

void definition_members_json(struct json_writer *w, enum definition_shape shape, const struct definition_row *row, str select)
{
	for (size_t i = 0; i < shapes[shape].column_count; i++) {
		const struct column *c = &shapes[shape].columns[i];
		if (row->values[i].kind == VALUE_NULL || !is_selected(select, c->logical_name))
			continue;
		json_key(w, c->logical_name);
		value_write(w, c, &row->values[i]);
	}
}

/* --- rows --- */

static struct value text(str s)
{
	return (struct value){ .kind = VALUE_TEXT, .text = s };
}

static struct value number(int64_t n)
{
	return (struct value){ .kind = VALUE_I64, .i64 = n };
}

static struct value id(const struct uuid *u)
{
	return (struct value){ .kind = VALUE_UUID, .uuid = *u };
}

void definition_of_table(const struct table *t, struct definition_row *out)
{
	*out = (struct definition_row){ .values = {
		[P_ID] = id(&t->id), [P_SCHEMA] = text(t->schema_name), [T_LOGICAL] = text(t->logical_name), [T_SET] = text(t->entity_set),
		[T_COLLECTION] = text(t->entity_set), [T_OWNERSHIP] = text(table_is_owned(t) ? S("UserOwned") : S("OrganizationOwned")),
		[T_PRIMARY_ID] = text(t->primary_id->logical_name),
		[T_PRIMARY_NAME] = text(t->primary_name ? t->primary_name->logical_name : S("")),
		[T_CLASS] = text(t->class == CLASS_ADMIN ? S("Administration") : S("Business")), [T_CODE] = number(t->object_type_code),
		[T_CUSTOM] = number(!t->builtin), [T_ACTIVITY] = number(false), [T_NOTES] = number(false), [T_CONCURRENCY] = number(true),
		[T_TRACKING] = number(t->trackable), [T_ACCESS_TEAMS] = number(t->access_teams),
	} };
}

void definition_of_column(const struct table *t, const struct column *c, struct definition_row *out)
{
	bool securable = column_is_securable(c), decimal = c->type == TYPE_DECIMAL || c->type == TYPE_MONEY;
	*out = (struct definition_row){ .values = {
		[P_ID] = id(&c->id), [P_SCHEMA] = text(c->schema_name), [C_LOGICAL] = text(c->logical_name), [C_TABLE] = text(t->logical_name),
		[C_TYPE] = text(definition_type_name(c)), [C_IS_ID] = number((c->flags & COLUMN_PRIMARY_ID) != 0),
		[C_IS_NAME] = number((c->flags & COLUMN_PRIMARY_NAME) != 0), [C_SECURED] = number((c->flags & COLUMN_SECURED) != 0),
		[C_SECURED_CREATE] = number(securable), [C_SECURED_READ] = number(securable), [C_SECURED_UPDATE] = number(securable),
		[C_CREATE] = number((c->flags & COLUMN_CREATABLE) != 0), [C_READ] = number(true),
		[C_UPDATE] = number((c->flags & COLUMN_UPDATABLE) != 0), [C_CUSTOM] = number((c->flags & COLUMN_CUSTOM) != 0),
		[C_LENGTH] = c->length_max ? number(c->length_max) : (struct value){ 0 },
		[C_PRECISION] = decimal ? number(c->precision) : (struct value){ 0 },
	} };
}

void definition_of_key(const struct table *t, const struct table_key *k, struct definition_row *out)
{
	*out = (struct definition_row){ .values = {
		[P_ID] = id(&k->id), [P_SCHEMA] = text(k->schema_name), [K_LOGICAL] = text(k->logical_name), [K_TABLE] = text(t->logical_name),
		[K_STATUS] = text(S("Active")),
	} };
}

void definition_of_relationship(const struct relationship *r, struct definition_row *out)
{
	*out = (struct definition_row){ .values = {
		[P_ID] = id(&r->id), [P_SCHEMA] = text(r->schema_name), [R_KIND] = text(S("OneToManyRelationship")), [R_CUSTOM] = number(true),
		[R_REFERENCED] = text(r->referenced->logical_name), [R_REFERENCED_COLUMN] = text(r->referenced->primary_id->logical_name),
		[R_REFERENCING] = text(r->referencing->logical_name), [R_REFERENCING_COLUMN] = text(r->lookup->logical_name),
		[R_REFERENCED_NAVIGATION] = text(r->schema_name), [R_REFERENCING_NAVIGATION] = text(r->lookup->navigation),
	} };
}

void definition_of_association(const struct association *a, struct definition_row *out)
{
	*out = (struct definition_row){ .values = {
		[P_ID] = id(&a->id), [P_SCHEMA] = text(a->schema_name), [R_KIND] = text(S("ManyToManyRelationship")), [R_CUSTOM] = number(true),
		[R_PAIRS] = text(a->pairs),
		[R_ONE] = text(a->side[0]->logical_name), [R_ONE_COLUMN] = text(a->side[0]->primary_id->logical_name),
		[R_ONE_NAVIGATION] = text(a->navigation[0]),
		[R_TWO] = text(a->side[1]->logical_name), [R_TWO_COLUMN] = text(a->side[1]->primary_id->logical_name),
		[R_TWO_NAVIGATION] = text(a->navigation[1]),
	} };
}
