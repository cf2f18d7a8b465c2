#include "cli/http_response.h"

enum framing { FRAMING_NONE = 0, FRAMING_LENGTH, FRAMING_CHUNKED };

struct head {
	int status;
	enum framing framing;
	uint64_t length;
	size_t bytes; /* with the empty line */
};

static bool is_token_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static bool is_value_char(char c)
{
	return c == '\t' || ((unsigned char)c >= 0x20 && c != 0x7f);
}

static bool all(str s, bool (*test)(char c))
{
	for (size_t i = 0; i < s.len; i++)
		if (!test(s.at[i]))
			return false;
	return true;
}

/* "HTTP/1.1 200 OK"; the reason may be empty, its space may not be missing. */
static err parse_status_line(str line, int *out_status)
{
	uint64_t status;
	if (line.len < 13 || !str_starts_with(line, S("HTTP/1.1 ")) || line.at[12] != ' ' ||
	    !all(str_from(line, 13), is_value_char))
		FAIL(ERR_INVALID, "answer without a status line of HTTP/1.1");
	if (!str_to_u64(str_slice(line, 9, 12), &status) || status < 100 || status > 599)
		FAIL(ERR_INVALID, "answer with a status outside 100 to 599");
	*out_status = (int)status;
	return OK;
}

static err take_field(str line, struct head *head)
{
	size_t colon = str_find_char(line, ':', 0);
	if (colon == SIZE_MAX || colon == 0 || !all(str_slice(line, 0, colon), is_token_char) ||
	    !all(str_from(line, colon + 1), is_value_char))
		FAIL(ERR_INVALID, "answer with a malformed header field");
	str name = str_slice(line, 0, colon), value = str_trim(str_from(line, colon + 1));
	bool length = str_equal_nocase(name, S("content-length"));
	if (!length && !str_equal_nocase(name, S("transfer-encoding")))
		return OK;
	if (head->framing != FRAMING_NONE)
		FAIL(ERR_INVALID, "answer whose body's length is stated twice");
	if (length && !str_to_u64(value, &head->length))
		FAIL(ERR_INVALID, "answer whose content-length is not a number");
	if (!length && !str_equal_nocase(value, S("chunked")))
		FAIL(ERR_INVALID, "answer with an unknown transfer-encoding");
	head->framing = length ? FRAMING_LENGTH : FRAMING_CHUNKED;
	return OK;
}

static err parse_head(str raw, struct head *out, bool *out_complete)
{
	struct head head = { 0 };
	size_t end = str_find(str_slice(raw, 0, RESPONSE_HEAD_BYTES_MAX), S("\r\n\r\n"), 0);
	*out_complete = end != SIZE_MAX;
	if (end == SIZE_MAX) {
		if (raw.len >= RESPONSE_HEAD_BYTES_MAX)
			FAIL(ERR_LIMIT, "answer with a head that is too large");
		return OK;
	}
	size_t cut = str_find(raw, S("\r\n"), 0), fields = 0;
	TRY(parse_status_line(str_slice(raw, 0, cut), &head.status));
	while (cut < end) {
		size_t next = str_find(raw, S("\r\n"), cut + 2);
		if (++fields > RESPONSE_FIELDS_COUNT_MAX)
			FAIL(ERR_LIMIT, "answer with too many header fields");
		TRY(take_field(str_slice(raw, cut + 2, next), &head));
		cut = next;
	}
	head.bytes = end + 4;
	*out = head;
	return OK;
}

/* --- chunks --- */

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "1a2b" or "1a2b;extension". */
static err parse_chunk_size(str line, size_t *out)
{
	size_t size = 0, digits = 0;
	while (digits < line.len && hex_value(line.at[digits]) >= 0) {
		size = size * 16 + (size_t)hex_value(line.at[digits]);
		if (++digits > 8)
			FAIL(ERR_LIMIT, "answer with a chunk that is too large");
	}
	if (digits == 0 || (digits < line.len && line.at[digits] != ';') || !all(str_from(line, digits), is_value_char))
		FAIL(ERR_INVALID, "answer with a malformed chunk");
	*out = size;
	return OK;
}

/* Trailer fields are checked and dropped. *out_end: past the last line. */
static err skip_trailer(str raw, size_t at, size_t *out_end, bool *out_complete)
{
	struct head ignored = { 0 };
	for (size_t fields = 0; fields <= RESPONSE_FIELDS_COUNT_MAX; fields++) {
		size_t cut = str_find(raw, S("\r\n"), at);
		if (cut == SIZE_MAX)
			return raw.len - at > RESPONSE_HEAD_BYTES_MAX ? ERR(ERR_LIMIT, "answer with a trailer that is too large") : OK;
		if (cut == at) {
			*out_end = cut + 2;
			*out_complete = true;
			return OK;
		}
		TRY(take_field(str_slice(raw, at, cut), &ignored));
		if (ignored.framing != FRAMING_NONE)
			FAIL(ERR_INVALID, "answer that states its length behind its body");
		at = cut + 2;
	}
	FAIL(ERR_LIMIT, "answer with too many trailer fields");
}

/* Walks the chunks; copies them to `to` unless it is null. */
static err walk_chunks(str raw, size_t at, uint8_t *to, size_t *out_len, size_t *out_end, bool *out_complete)
{
	size_t total = 0;
	*out_complete = false;
	for (;;) {
		size_t size, cut = str_find(str_slice(raw, 0, at + 256), S("\r\n"), at);
		if (cut == SIZE_MAX)
			return raw.len > at + 256 ? ERR(ERR_INVALID, "answer with a malformed chunk") : OK;
		TRY(parse_chunk_size(str_slice(raw, at, cut), &size));
		at = cut + 2;
		if (size == 0) {
			*out_len = total;
			return skip_trailer(raw, at, out_end, out_complete);
		}
		if (size > RESPONSE_BODY_BYTES_MAX - total)
			FAIL(ERR_LIMIT, "answer with a body that is too large");
		if (raw.len - at < size + 2)
			return OK;
		if (raw.at[at + size] != '\r' || raw.at[at + size + 1] != '\n')
			FAIL(ERR_INVALID, "answer with a malformed chunk");
		if (to)
			memcpy(to + total, raw.at + at, size);
		total += size;
		at += size + 2;
	}
}

static err take_chunked(str raw, size_t at, struct arena *arena, struct http_response *out, bool *out_complete)
{
	size_t len = 0, end = 0;
	TRY(walk_chunks(raw, at, NULL, &len, &end, out_complete));
	if (!*out_complete)
		return OK;
	uint8_t *body = arena_alloc(arena, len);
	TRY_NEW(body);
	TRY(walk_chunks(raw, at, body, &len, &end, out_complete));
	out->body = bytes_of(body, len);
	out->raw_used = end;
	return OK;
}

static err take_body(str raw, size_t at, const struct head *head, struct arena *arena, struct http_response *out,
		     bool *out_complete)
{
	bool bodiless = head->status == 204 || head->status == 304;
	if (bodiless ? head->framing == FRAMING_CHUNKED : head->framing == FRAMING_NONE)
		FAIL(ERR_INVALID, "answer that does not state its body's length");
	if (!bodiless && head->framing == FRAMING_CHUNKED)
		return take_chunked(raw, at, arena, out, out_complete);
	if (head->length > RESPONSE_BODY_BYTES_MAX)
		FAIL(ERR_LIMIT, "answer with a body that is too large");
	size_t length = bodiless ? 0 : (size_t)head->length;
	*out_complete = raw.len - at >= length;
	if (*out_complete) {
		out->body = bytes_of(raw.at + at, length);
		out->raw_used = at + length;
	}
	return OK;
}

err http_response_parse(bytes octets, struct arena *arena, struct http_response *out, bool *out_complete)
{
	str raw = str_of_bytes(octets);
	struct http_response response = { 0 };
	size_t at = 0;
	for (int interim = 0; interim <= RESPONSE_INTERIM_MAX; interim++) {
		struct head head;
		TRY(parse_head(str_from(raw, at), &head, out_complete));
		if (!*out_complete)
			return OK;
		at += head.bytes;
		if (head.status == 101)
			FAIL(ERR_INVALID, "answer that changes the protocol, which was not asked for");
		if (head.status < 200) {
			if (head.framing != FRAMING_NONE)
				FAIL(ERR_INVALID, "interim answer with a body");
			continue;
		}
		response.status = head.status;
		TRY(take_body(raw, at, &head, arena, &response, out_complete));
		if (*out_complete)
			*out = response;
		return OK;
	}
	FAIL(ERR_LIMIT, "too many interim answers");
}
