/* data/cursor.c */
#include "data/cursor.h"

#include "codec/base64.h"
#include "codec/reader.h"
#include "codec/writer.h"
#include "crypto/aead.h"
#include "host/random.h"

enum { CURSOR_VERSION = 2, CURSOR_BYTES_MAX = 48 * 1024 };

static err place_text(const struct cursor_place *place, struct arena *arena, bytes *out)
{
	char user[UUID_TEXT_LEN + 1];
	uuid_format(&place->user, user);
	str text = str_format(arena, "%s\n%s\n%.*s", place->name, user, STR_ARG(place->query));
	TRY_NEW(text.at);
	*out = bytes_of_str(text);
	return OK;
}

err cursor_seal(const struct cursor_place *place, const struct cursor *c, struct arena *arena, str *out)
{
	SCOPED(buffer) plain = { 0 };
	bytes aad;
	buffer_init(&plain, CURSOR_BYTES_MAX);
	write_u8(&plain, CURSOR_VERSION);
	write_u64(&plain, (uint64_t)c->key);
	write_u32(&plain, (uint32_t)c->page);
	write_u64(&plain, (uint64_t)c->since);
	write_u8(&plain, (uint8_t)c->count);
	for (size_t i = 0; i < c->count; i++)
		value_encode(&plain, &c->values[i]);
	if (plain.failed)
		FAIL(ERR_LIMIT, "the values of a cursor are too long");
	size_t len = AEAD_NONCE_BYTES + plain.len + AEAD_TAG_BYTES;
	uint8_t *sealed = arena_alloc(arena, len);
	TRY_NEW(sealed);
	TRY(place_text(place, arena, &aad));
	random_bytes(sealed, AEAD_NONCE_BYTES);
	TRY(aead_seal(place->secret->k, sealed, aad, buffer_bytes(&plain), sealed + AEAD_NONCE_BYTES,
		      sealed + AEAD_NONCE_BYTES + plain.len));
	*out = base64url_text(arena, bytes_of(sealed, len));
	TRY_NEW(out->at);
	return OK;
}

err cursor_refuse(const struct cursor_place *place, struct arena *arena, struct problem *problem)
{
	return problem_say(arena, problem, 400, CODE_BAD_QUERY, "The %s is not valid for this query and caller.", place->name);
}

err cursor_open(const struct cursor_place *place, str token, struct arena *arena, struct problem *problem, struct cursor *out)
{
	bytes sealed, aad;
	if (token.len > CURSOR_BYTES_MAX * 2 || failed(base64url_parse(token, arena, &sealed)) ||
	    sealed.len < AEAD_NONCE_BYTES + AEAD_TAG_BYTES)
		return cursor_refuse(place, arena, problem);
	size_t len = sealed.len - AEAD_NONCE_BYTES - AEAD_TAG_BYTES;
	uint8_t *plain = arena_alloc(arena, len);
	TRY_NEW(plain);
	TRY(place_text(place, arena, &aad));
	if (failed(aead_open(place->secret->k, sealed.at, aad, bytes_slice(sealed, AEAD_NONCE_BYTES, AEAD_NONCE_BYTES + len),
			     sealed.at + AEAD_NONCE_BYTES + len, plain)))
		return cursor_refuse(place, arena, problem);
	struct reader r = reader_of(bytes_of(plain, len));
	struct cursor c = { 0 };
	bool good = read_u8(&r) == CURSOR_VERSION;
	c.key = (int64_t)read_u64(&r);
	c.page = read_u32(&r);
	c.since = (int64_t)read_u64(&r);
	c.count = read_u8(&r);
	if (!good || c.count > ORDER_MAX)
		return cursor_refuse(place, arena, problem);
	for (size_t i = 0; i < c.count; i++)
		good = good && value_decode(&r, &c.values[i]);
	if (!good || !reader_is_exact(&r))
		return cursor_refuse(place, arena, problem);
	*out = c;
	return OK;
}
