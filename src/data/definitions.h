/* data/definitions.h - EntityDefinitions and RelationshipDefinitions (4.5, 4.11).
 *
 * definitions_parse.c: bodies into wishes of metadata/define.h. definitions_json.c: tables and columns as the wire shows them.
 * definitions_shape.c: their simple properties. definitions_view.c: the query options. definitions_filter.c: $filter, evaluated in memory.
 * definitions_keys.c: alternate keys and many-to-many relationships.
 * definitions_relations.c: relationships, and what is removed.
 * definitions.c: paths and methods. */
#ifndef DATA_DEFINITIONS_H
#define DATA_DEFINITIONS_H

#include "codec/json_read.h"
#include "codec/json_write.h"
#include "data/request.h"
#include "metadata/define.h"
#include "metadata/relationship.h"

/* Limits and grammar are those of the spec; 400 through the problem. Members that have no meaning here are ignored. */
MUST_USE NONNULL err table_wish_parse(struct data_call *dc, const struct json *in, bool making, struct table_wish *out);
MUST_USE NONNULL err column_wish_parse(struct data_call *dc, const struct json *in, struct column_wish *out);
/* *out_referenced and *out_referencing are resolved. */
MUST_USE NONNULL err relationship_wish_parse(struct data_call *dc, const struct json *in, struct relationship_wish *out,
					     const struct table **out_referenced, const struct table **out_referencing);

/* A key of `t`; definitions_keys.c. */
MUST_USE NONNULL err key_wish_parse(struct data_call *dc, const struct table *t, const struct json *in, struct key_wish *out);
MUST_USE NONNULL err association_wish_parse(struct data_call *dc, const struct json *in, struct association_wish *out);
/* A body's @odata.type ends so. */
NONNULL bool definition_is(const struct json *in, str type);
/* What every definition may carry: its MetadataId (absent: a new one), its label. */
MUST_USE NONNULL err definition_id(struct data_call *dc, const struct json *in, struct uuid *out);
str definition_label(const struct json *label);

/* --- reading: definitions_shape.c, definitions_filter.c, definitions_view.c --- */

enum definition_shape { SHAPE_TABLE = 0, SHAPE_COLUMN, SHAPE_KEY, SHAPE_RELATIONSHIP, SHAPES };
/* The simple properties of one definition, in the order of its shape; VALUE_NULL: it has no such property. */
enum { DEFINITION_VALUES_MAX = 17 };
struct definition_row {
	struct value values[DEFINITION_VALUES_MAX];
};
NONNULL void definition_of_table(const struct table *t, struct definition_row *out);
NONNULL void definition_of_column(const struct table *t, const struct column *c, struct definition_row *out);
NONNULL void definition_of_key(const struct table *t, const struct table_key *k, struct definition_row *out);
NONNULL void definition_of_relationship(const struct relationship *r, struct definition_row *out);
NONNULL void definition_of_association(const struct association *a, struct definition_row *out);

/* The shape as a table whose columns are the properties: what a $filter is parsed over. */
const struct table *definition_shape(enum definition_shape shape);
MUST_USE NONNULL err definition_filter_parse(struct data_call *dc, enum definition_shape shape, str text, const struct filter **out);
/* f null: everything is kept. */
bool definition_filter_keeps(const struct filter *f, const struct definition_row *row);

/* Is the member wanted? select: a $select list; empty: all. */
NONNULL bool is_selected(str select, str name);
/* 400 when it names what no definition of the shape has. */
MUST_USE NONNULL err definition_select_check(struct data_call *dc, enum definition_shape shape, str select);
/* The selected properties of the row, as members. */
NONNULL void definition_members_json(struct json_writer *w, enum definition_shape shape, const struct definition_row *row, str select);

/* What is wanted of a list of definitions. Zeroed: everything. */
struct definition_query {
	str select, cast;            /* cast: the class, "PicklistAttributeMetadata"; empty: any */
	const struct filter *filter;
};
enum definition_expand { EXPAND_ATTRIBUTES = 0, EXPAND_KEYS, EXPAND_MANY_TO_ONE, EXPAND_ONE_TO_MANY, EXPAND_MANY_TO_MANY, EXPANDS };
extern const char *const definition_expands[EXPANDS]; /* as the wire names them */
NONNULL enum definition_shape definition_expand_shape(enum definition_expand which);
struct definition_view {
	struct definition_query own;
	bool expand[EXPANDS];
	struct definition_query expanded[EXPANDS];
};
/* The options of the request, every one of them or 400: $select, LabelLanguages, $filter of a list, $expand where the shape has such. */
MUST_USE NONNULL err definition_view_parse(struct data_call *dc, enum definition_shape shape, bool list, str cast, struct definition_view *out);
/* A last segment Microsoft.Dynamics.CRM.<Class> is taken off: *out_count segments are left. */
NONNULL str definition_cast(const struct odata_path *p, size_t *out_count);
/* Is there such a class of the shape? */
NONNULL bool definition_cast_exists(enum definition_shape shape, str cast);
NONNULL bool column_is_of_class(const struct column *c, str class);

/* One object, with braces. */
MUST_USE NONNULL err table_json(struct data_call *dc, struct json_writer *w, const struct table *t, const struct definition_view *view);
/* An array: one of the expansions. */
MUST_USE NONNULL err related_json(struct data_call *dc, struct json_writer *w, const struct table *t, enum definition_expand which,
				  const struct definition_query *query);
NONNULL void column_json(struct data_call *dc, struct json_writer *w, const struct table *t, const struct column *c, str select);
/* "String", "Picklist": AttributeType. */
NONNULL str definition_type_name(const struct column *c);
/* What AttributeMetadata classes tell apart: "DateOnly", "MultiSelectPicklist", else the type. */
NONNULL str definition_kind_name(const struct column *c);
/* definitions_relations.c. t null: all, of both kinds. */
MUST_USE err relationships_json(struct data_call *dc, struct json_writer *w, const struct table *t, enum definition_expand which,
				const struct definition_query *query);
/* RelationshipDefinitions, and one of an expansion of t by its key; t null: of RelationshipDefinitions. */
MUST_USE NONNULL err relationships_get(struct data_call *dc);
MUST_USE NONNULL err related_one_get(struct data_call *dc, const struct table *t, enum definition_expand which, str cast);
/* definitions_keys.c: keys and many-to-many relationships, as arrays and by themselves. */
NONNULL void keys_json(struct json_writer *w, const struct table *t, const struct definition_query *query);
MUST_USE NONNULL err keys_run(struct data_call *dc, const struct table *t);
/* Without the brackets; t null: all. */
void associations_json(const struct data_call *dc, struct json_writer *w, const struct table *t, const struct definition_query *query);
NONNULL void association_json(struct json_writer *w, const struct association *a, str select);
MUST_USE NONNULL err association_post(struct data_call *dc, const struct json *body);
MUST_USE NONNULL err association_delete(struct data_call *dc, const struct association *a);
/* "Name": a label (4.11). */
NONNULL void definition_label_json(struct json_writer *w, str name, str text);
/* Answers of definitions.c that its siblings give, too. */
MUST_USE NONNULL err definition_made(struct data_call *dc, err e);
MUST_USE NONNULL err definition_removed(struct data_call *dc, err e);
MUST_USE NONNULL err definition_body(struct data_call *dc, const struct json **out);
MUST_USE NONNULL err definition_id_answer(struct data_call *dc, const char *set, const struct uuid *id);
MUST_USE NONNULL err table_delete(struct data_call *dc, const struct table *t);
MUST_USE NONNULL err column_delete(struct data_call *dc, const struct table *t, const struct column *c);
/* CascadeConfiguration, absent members at their defaults, as it is stored. `in` null: all of them. */
MUST_USE err cascade_parse(struct data_call *dc, const struct json *in, str *out);
/* May these tables have a relationship with that configuration (1.8)? `except`: one that is replaced; null: none. */
MUST_USE err cascade_check(struct data_call *dc, const struct table *referencing, str cascade, const struct uuid *except);
/* PUT RelationshipDefinitions(..): the cascade configuration anew; nothing else of it changes. */
MUST_USE NONNULL err relationship_put(struct data_call *dc);
MUST_USE NONNULL err relationship_delete(struct data_call *dc);
/* The event of a change of definitions, inside its transaction. */
MUST_USE NONNULL err definition_audit(struct data_call *dc, str op, const struct uuid *id, str name);

#endif
