/* data/value_sql.c - values into statements and out of rows. */
#include "data/value.h"

err value_bind(struct statement *s, int index, const struct value *v)
{
	switch (v->kind) {
	case VALUE_I64:
		return bind_i64(s, index, v->i64);
	case VALUE_F64:
		return bind_f64(s, index, v->f64);
	case VALUE_TEXT:
		return bind_text(s, index, v->text);
	case VALUE_UUID:
		return bind_uuid(s, index, &v->uuid);
	case VALUE_I64S:
		return bind_i64_array(s, index, v->i64s, v->i64s_count);
	case VALUE_NULL:
		break;
	}
	return bind_null(s, index);
}

struct value value_of_row(const struct column *c, const struct statement *s, int index)
{
	if (column_is_null(s, index))
		return (struct value){ 0 };
	if (c->flags & (COLUMN_OWNER_KEY | COLUMN_UNIT_KEY))
		return (struct value){ .kind = VALUE_I64, .i64 = column_i64(s, index) };
	switch (c->type) {
	case TYPE_STRING:
	case TYPE_MEMO:
	case TYPE_CHOICES:
		return (struct value){ .kind = VALUE_TEXT, .text = column_text(s, index) };
	case TYPE_DOUBLE:
		return (struct value){ .kind = VALUE_F64, .f64 = column_f64(s, index) };
	case TYPE_UNIQUEID:
	case TYPE_LOOKUP:
	case TYPE_OWNER:
		return (struct value){ .kind = VALUE_UUID, .uuid = column_uuid(s, index) };
	default:
		return (struct value){ .kind = VALUE_I64, .i64 = column_i64(s, index) };
	}
}

struct value value_of_i64s(const int64_t *values, size_t count)
{
	static const int64_t none[1];
	return (struct value){ .kind = VALUE_I64S, .i64s = values ? values : none, .i64s_count = count };
}
