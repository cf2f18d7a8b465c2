/* data/definitions.h - EntityDefinitions and RelationshipDefinitions (4.5, 4.11).
 *
 * definitions_parse.c: bodies into wishes of metadata/define.h. definitions_json.c: tables and columns as the wire shows them.
 * definitions_keys.c: alternate keys and many-to-many relationships. definitions_filter.c: $filter over them, evaluated in memory.
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

/* Which members a client wants: a $select list; empty: all. */
NONNULL bool is_selected(str select, str name);

enum definition_expand { EXPAND_ATTRIBUTES = 0, EXPAND_KEYS, EXPAND_MANY_TO_ONE, EXPAND_ONE_TO_MANY, EXPAND_MANY_TO_MANY, EXPANDS };
extern const char *const definition_expands[EXPANDS]; /* as the wire names them */
struct definition_view {
	str select;
	bool expand[EXPANDS];
	str expand_select[EXPANDS]; /* nested $select */
};
/* One object, with braces. */
MUST_USE NONNULL err table_json(struct data_call *dc, struct json_writer *w, const struct table *t, const struct definition_view *view);
/* The array of one of the expansions behind the columns. */
MUST_USE NONNULL err related_json(struct data_call *dc, struct json_writer *w, const struct table *t, enum definition_expand which, str select);
NONNULL void column_json(struct data_call *dc, struct json_writer *w, const struct table *t, const struct column *c, str select);
/* "String", "Picklist": AttributeType. */
NONNULL str definition_type_name(const struct column *c);
/* definitions_relations.c. t null: all. */
NONNULL void relationship_json(struct json_writer *w, const struct relationship *r, str select);
MUST_USE err relationships_json(struct data_call *dc, struct json_writer *w, const struct table *t, enum definition_expand which,
				str select);
MUST_USE NONNULL err relationships_get(struct data_call *dc, str select);
/* definitions_keys.c: keys and many-to-many relationships, as arrays and by themselves. */
MUST_USE NONNULL err keys_json(struct data_call *dc, struct json_writer *w, const struct table *t, str select);
MUST_USE NONNULL err keys_run(struct data_call *dc, const struct table *t, str select);
/* t null: all. */
void associations_json(const struct metadata *m, struct json_writer *w, const struct table *t, str select);
/* ... without the brackets. */
void associations_each_json(const struct metadata *m, struct json_writer *w, const struct table *t, str select);
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
/* Tables or columns that a $filter keeps, parsed once. */
struct definition_filter {
	const struct filter *filter; /* null: all */
};
MUST_USE NONNULL err definition_filter_parse(struct data_call *dc, str text, struct definition_filter *out);
/* c null: the table itself. */
bool definition_filter_keeps(const struct definition_filter *f, const struct table *t, const struct column *c);

#endif
