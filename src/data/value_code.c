/* data/value_code.c - values as octets: in tokens, and where they are compared by a hash. */
#include "codec/reader.h"
#include "codec/writer.h"
#include "data/value.h"

void value_encode(struct buffer *b, const struct value *v)
{
	uint64_t bits;
	write_u8(b, (uint8_t)v->kind);
	switch (v->kind) {
	case VALUE_I64:
		write_u64(b, (uint64_t)v->i64);
		break;
	case VALUE_F64:
		memcpy(&bits, &v->f64, 8);
		write_u64(b, bits);
		break;
	case VALUE_TEXT:
		write_bytes32(b, bytes_of_str(v->text));
		break;
	case VALUE_UUID:
		buffer_append(b, bytes_of(v->uuid.b, 16));
		break;
	case VALUE_I64S:
		write_u32(b, (uint32_t)v->i64s_count);
		for (size_t i = 0; i < v->i64s_count; i++)
			write_u64(b, (uint64_t)v->i64s[i]);
		break;
	case VALUE_NULL:
		break;
	}
}

bool value_decode(struct reader *r, struct value *v)
{
	uint64_t bits;
	*v = (struct value){ .kind = (enum value_kind)read_u8(r) };
	switch (v->kind) {
	case VALUE_NULL:
		return true;
	case VALUE_I64:
		v->i64 = (int64_t)read_u64(r);
		return true;
	case VALUE_F64:
		bits = read_u64(r);
		memcpy(&v->f64, &bits, 8);
		return true;
	case VALUE_TEXT:
		v->text = str_of_bytes(read_bytes32(r));
		return true;
	case VALUE_UUID:
		read_into(r, v->uuid.b, 16);
		return true;
	default:
		return false;
	}
}
