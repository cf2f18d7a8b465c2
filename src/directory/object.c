#include "directory/object.h"

#include "codec/json_write.h"
#include "directory/sql_catalog.h"

err object_insert(struct store *store, const struct uuid *id, enum object_kind kind, int64_t *out_key)
{
	SCOPED(statement) s = { 0 };

	TRY(statement_open(store, &SQL_OBJECT_INSERT, &s));
	TRY(bind_uuid(&s, 1, id));
	TRY(bind_i64(&s, 2, kind));
	TRY(statement_run(&s));
	*out_key = store_last_rowid(store);
	return OK;
}

err object_delete(struct store *store, int64_t key)
{
	SCOPED(statement) s = { 0 };

	TRY(statement_open(store, &SQL_OBJECT_DELETE, &s));
	TRY(bind_i64(&s, 1, key));
	return statement_run_one(&s);
}

err object_find(struct store *store, const struct uuid *id, int64_t *out_key, enum object_kind *out_kind)
{
	SCOPED(statement) s = { 0 };
	bool row = false;

	TRY(statement_open(store, &SQL_OBJECT_BY_ID, &s));
	TRY(bind_uuid(&s, 1, id));
	TRY(statement_step(&s, &row));
	if (!row)
		FAIL(ERR_NOT_FOUND, "no object has that id");
	*out_key = column_i64(&s, 0);
	*out_kind = (enum object_kind)column_i64(&s, 1);
	return OK;
}

err bind_text_or_null(struct statement *s, int index, str value)
{
	return value.at ? bind_text(s, index, value) : bind_null(s, index);
}

str column_text_copy(const struct statement *s, int index, struct arena *arena)
{
	return column_is_null(s, index) ? (str){ 0 } : str_copy(arena, column_text(s, index));
}

static void write_value(struct json_writer *w, const struct json *v)
{
	switch (v->kind) {
	case JSON_NULL:
		json_null(w);
		return;
	case JSON_FALSE:
	case JSON_TRUE:
		json_bool(w, v->kind == JSON_TRUE);
		return;
	case JSON_NUMBER:
		json_raw(w, v->text);
		return;
	case JSON_STRING:
		json_str(w, v->text);
		return;
	case JSON_ARRAY:
		json_open_array(w);
		for (const struct json *i = v->first; i; i = i->next)
			write_value(w, i);
		json_close_array(w);
		return;
	case JSON_OBJECT:
		json_open_object(w);
		for (const struct json *i = v->first; i; i = i->next) {
			json_key(w, i->name);
			write_value(w, i);
		}
		json_close_object(w);
		return;
	}
}

str json_text_of(const struct json *value, struct arena *arena)
{
	struct buffer b;

	buffer_init(&b, 1 << 20);
	struct json_writer w = json_writer_to(&b);
	write_value(&w, value);
	str text = b.failed ? (str){ 0 } : str_copy(arena, buffer_str(&b));
	buffer_release(&b);
	return text;
}
