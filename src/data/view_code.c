#include "data/view_code.h"

#include "authz/cascade.h"
#include "codec/reader.h"
#include "codec/writer.h"
#include "data/rights.h"
#include "data/sql_text.h"

enum { VIEW_PLAIN = 1, VIEW_PLAIN_EVERYTHING, VIEW_OTHER };

static void keys_write(struct buffer *out, const int64_t *keys, size_t count)
{
	struct value v = { .kind = VALUE_I64S, .i64s = keys, .i64s_count = count };
	value_encode(out, &v);
}

/* A policy is what it says in SQL, with its values. */
static err policy_write(const struct filter *policy, struct arena *arena, struct buffer *out)
{
	SCOPED(sql_builder) b = { 0 };
	str text;
	TRY(sql_builder_init(&b, 64, arena));
	TRY(filter_sql(&b, policy, arena, &text));
	write_bytes32(out, bytes_of_str(text));
	for (size_t i = 0; i < b.value_count; i++)
		value_encode(out, &b.values[i]);
	return OK;
}

static void cascade_write(const struct cascade *c, struct buffer *out)
{
	for (size_t i = 0; i < c->count; i++) {
		write_u16(out, c->links[i].parent->ordinal);
		write_u16(out, c->links[i].child->ordinal);
		write_u8(out, (uint8_t)c->links[i].share);
		write_u8(out, (uint8_t)c->links[i].reparent);
	}
}

static err visible_write(const struct visible *v, struct arena *arena, struct buffer *out)
{
	bool plain = !v->policy && !v->also && !v->cascade;
	write_u8(out, !plain ? VIEW_OTHER : v->everything ? VIEW_PLAIN_EVERYTHING : VIEW_PLAIN);
	keys_write(out, v->owners, v->owner_count);
	keys_write(out, v->units, v->unit_count);
	keys_write(out, v->shared_with, v->shared_count);
	write_u32(out, v->shared_bit);
	if (v->policy)
		TRY(policy_write(v->policy, arena, out));
	if (v->cascade)
		cascade_write(v->cascade, out);
	return v->also ? visible_write(v->also, arena, out) : OK;
}

err view_encode(struct data_call *dc, const struct table *t, const struct visible *v, struct buffer *out, bool *out_plain)
{
	*out_plain = !v->policy && !v->also && !v->cascade;
	write_u16(out, (uint16_t)t->column_count);
	for (size_t i = 0; i < t->column_count; i++)
		write_u8(out, rights_column_readable(dc, &t->columns[i]));
	TRY(visible_write(v, dc->arena, out));
	if (out->failed)
		FAIL(ERR_LIMIT, "what the caller sees takes too many octets");
	return OK;
}

static err keys_read(struct reader *r, struct arena *arena, const int64_t **out, size_t *out_count)
{
	bool list = read_u8(r) == VALUE_I64S;
	uint32_t n = read_u32(r);
	int64_t *keys;
	if (!list || (uint64_t)n * 8 > r->rest.len)
		FAIL(ERR_CORRUPT, "a stored view is not one");
	keys = NEW_ARRAY(arena, int64_t, n + 1);
	TRY_NEW(keys);
	for (uint32_t i = 0; i < n; i++)
		keys[i] = (int64_t)read_u64(r);
	*out = keys;
	*out_count = n;
	return OK;
}

err view_decode(bytes in, struct arena *arena, struct visible *out, bytes *out_columns, bool *out_plain)
{
	struct reader r = reader_of(in);
	*out = (struct visible){ 0 };
	*out_columns = read_bytes(&r, read_u16(&r));
	uint8_t kind = read_u8(&r);
	*out_plain = kind != VIEW_OTHER;
	if (!*out_plain)
		return OK;
	out->everything = kind == VIEW_PLAIN_EVERYTHING;
	TRY(keys_read(&r, arena, &out->owners, &out->owner_count));
	TRY(keys_read(&r, arena, &out->units, &out->unit_count));
	TRY(keys_read(&r, arena, &out->shared_with, &out->shared_count));
	out->shared_bit = read_u32(&r);
	if (!reader_is_exact(&r))
		FAIL(ERR_CORRUPT, "a stored view is not one");
	return OK;
}
