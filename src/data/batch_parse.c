#include "data/batch_parse.h"

enum { PART_HEADERS_MAX = 16 };

struct reader {
	struct arena *arena;
	struct problem *problem;
	struct batch *out;
	int change_sets;
};

static err wrong(struct reader *r, const char *what)
{
	return problem_say(r->arena, r->problem, 400, CODE_BAD_QUERY, "The batch is not valid: %s (operation %zu).", what, r->out->count + 1);
}

/* --- boundaries --- */

static bool is_boundary_char(char c)
{
	return (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || (c >= '0' && c <= '9') ||
	       (c && str_find_char(S("'()+_,-./:=? "), c, 0) != SIZE_MAX);
}

/* The boundary parameter of multipart/mixed. False for any other type, and for a boundary that RFC 2046 does not allow. */
static bool boundary_of(str content_type, str *out)
{
	str rest = content_type, piece = { 0 };
	*out = (str){ 0 };
	if (!str_split(&rest, ';', &piece) || !str_equal_nocase(str_trim(piece), S("multipart/mixed")))
		return false;
	while (str_split(&rest, ';', &piece)) {
		size_t equals = str_find_char(piece, '=', 0);
		if (equals == SIZE_MAX || !str_equal_nocase(str_trim(str_slice(piece, 0, equals)), S("boundary")))
			continue;
		if (out->len)
			return false;
		*out = str_trim(str_from(piece, equals + 1));
		if (out->len > 2 && out->at[0] == '"' && out->at[out->len - 1] == '"')
			*out = str_slice(*out, 1, out->len - 1);
	}
	for (size_t i = 0; i < out->len; i++)
		if (!is_boundary_char(out->at[i]))
			return false;
	return out->len >= 1 && out->len <= BATCH_BOUNDARY_LEN_MAX && out->at[out->len - 1] != ' ';
}

/* Where a delimiter line ("--boundary", "--boundary--", trailing blanks) begins at or after `from`. SIZE_MAX: nowhere. */
static size_t delimiter_find(str text, str boundary, size_t from, size_t *out_end, bool *out_last)
{
	for (size_t at = from; at < text.len; at++) {
		at = str_find(text, S("--"), at);
		if (at == SIZE_MAX)
			return SIZE_MAX;
		size_t end = at + 2 + boundary.len;
		if ((at && text.at[at - 1] != '\n') || end > text.len || !str_equal(str_slice(text, at + 2, end), boundary))
			continue;
		*out_last = str_starts_with(str_from(text, end), S("--"));
		end += *out_last ? 2 : 0;
		while (end < text.len && (text.at[end] == ' ' || text.at[end] == '\t'))
			end++;
		if (end < text.len && text.at[end] == '\r')
			end++;
		if (end < text.len ? text.at[end] != '\n' : !*out_last)
			continue;
		*out_end = end < text.len ? end + 1 : end;
		return at;
	}
	return SIZE_MAX;
}

/* The line end before a delimiter belongs to it. */
static str content_before(str text, size_t from, size_t delimiter)
{
	size_t to = delimiter;
	if (to > from)
		to--;
	if (to > from && text.at[to - 1] == '\r')
		to--;
	return str_slice(text, from, to);
}

/* --- lines and headers --- */

static bool line_take(str *rest, str *out)
{
	size_t end = str_find_char(*rest, '\n', 0);
	if (!rest->len)
		return false;
	*out = str_slice(*rest, 0, end == SIZE_MAX ? rest->len : end);
	*rest = end == SIZE_MAX ? str_from(*rest, rest->len) : str_from(*rest, end + 1);
	if (out->len && out->at[out->len - 1] == '\r')
		*out = str_slice(*out, 0, out->len - 1);
	return true;
}

static bool is_token(str name)
{
	for (size_t i = 0; i < name.len; i++)
		if (name.at[i] <= ' ' || name.at[i] > '~' || str_find_char(S("()<>@,;:\\\"/[]?={}"), name.at[i], 0) != SIZE_MAX)
			return false;
	return name.len > 0;
}

static bool is_value(str value)
{
	for (size_t i = 0; i < value.len; i++)
		if (((unsigned char)value.at[i] < ' ' && value.at[i] != '\t') || value.at[i] == 0x7f)
			return false;
	return true;
}

static err headers_take(struct reader *r, str *rest, size_t max, struct http_header **out, size_t *out_count)
{
	struct http_header *list = NEW_ARRAY(r->arena, struct http_header, max);
	const char *start = rest->at;
	size_t n = 0;
	str line = { 0 };
	TRY_NEW(list);
	while (line_take(rest, &line) && line.len) {
		size_t colon = str_find_char(line, ':', 0);
		if (n == max || (size_t)(rest->at - start) > BATCH_HEAD_LEN_MAX)
			return wrong(r, "too many headers");
		if (colon == SIZE_MAX || !is_token(str_slice(line, 0, colon)) || !is_value(str_from(line, colon + 1)))
			return wrong(r, "a header is malformed");
		list[n].name = str_lower(r->arena, str_slice(line, 0, colon));
		TRY_NEW(list[n].name.at);
		list[n].value = str_trim(str_from(line, colon + 1));
		n++;
	}
	*out = list;
	*out_count = n;
	return OK;
}

static str header_of(const struct http_header *list, size_t count, str name)
{
	for (size_t i = 0; i < count; i++)
		if (str_equal(list[i].name, name))
			return list[i].value;
	return (str){ "", 0 };
}

/* --- operations --- */

static err request_line(struct reader *r, str *rest, struct batch_operation *op)
{
	str line = { 0 };
	if (!line_take(rest, &line))
		return wrong(r, "a request is missing");
	size_t first = str_find_char(line, ' ', 0);
	op->method = first == SIZE_MAX ? 0 : http_method_of(str_slice(line, 0, first));
	if (!op->method || op->method == HTTP_OPTIONS || op->method == HTTP_HEAD)
		return wrong(r, "a request's method is not GET, POST, PATCH, PUT or DELETE");
	if (!str_ends_with(line, S(" HTTP/1.1")))
		return wrong(r, "a request line does not end with HTTP/1.1");
	op->url = str_slice(line, first + 1, line.len - 9 > first ? line.len - 9 : first + 1);
	if (op->url.len == 0 || op->url.len > BATCH_URL_LEN_MAX)
		return wrong(r, "a request's URL is empty or longer than 64 KiB");
	for (size_t i = 0; i < op->url.len; i++)
		if (op->url.at[i] <= ' ' || op->url.at[i] > '~')
			return wrong(r, "a request's URL is not percent-encoded");
	return OK;
}

static err operation_take(struct reader *r, str content, str content_id, int change_set)
{
	struct batch_operation op = { .content_id = content_id, .change_set = change_set };
	struct http_header *headers = NULL;
	if (r->out->count == BATCH_OPERATIONS_MAX)
		return problem_say(r->arena, r->problem, 400, CODE_BAD_QUERY, "A batch holds at most %d operations.", BATCH_OPERATIONS_MAX);
	TRY(request_line(r, &content, &op));
	if (change_set && op.method == HTTP_GET)
		return wrong(r, "a change set holds no GET");
	TRY(headers_take(r, &content, BATCH_HEADERS_MAX, &headers, &op.header_count));
	op.headers = headers;
	op.body = bytes_of_str(content);
	r->out->operations[r->out->count++] = op;
	return OK;
}

static bool is_blank(str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.at[i] != ' ' && text.at[i] != '\t' && text.at[i] != '\r' && text.at[i] != '\n')
			return false;
	return true;
}

static err part_take(struct reader *r, str part, int change_set);

/* Each part between the delimiters of one multipart body. change_set: 0 for the batch itself. */
static err parts_take(struct reader *r, str text, str boundary, int change_set)
{
	bool last = false, next_last = false;
	size_t from = 0, end = 0, at = delimiter_find(text, boundary, 0, &from, &last);
	if (at == SIZE_MAX || !is_blank(str_slice(text, 0, at)))
		return wrong(r, "it does not begin with its boundary");
	while (!last) {
		at = delimiter_find(text, boundary, from, &end, &next_last);
		if (at == SIZE_MAX)
			return wrong(r, "its last boundary is missing");
		TRY(part_take(r, content_before(text, from, at), change_set));
		from = end;
		last = next_last;
	}
	return is_blank(str_from(text, from)) ? OK : wrong(r, "something follows its last boundary");
}

static bool id_is_taken(const struct reader *r, str id, int change_set)
{
	for (size_t i = 0; i < r->out->count; i++)
		if (r->out->operations[i].change_set == change_set && str_equal(r->out->operations[i].content_id, id))
			return true;
	return false;
}

static err id_check(struct reader *r, str id, int change_set)
{
	for (size_t i = 0; i < id.len; i++)
		if (id.at[i] <= ' ' || id.at[i] > '~' || id.at[i] == '/' || id.at[i] == '?' || id.at[i] == '"')
			return wrong(r, "a Content-ID is malformed");
	if (change_set && !id.len)
		return wrong(r, "each part of a change set needs a Content-ID");
	return id.len && id_is_taken(r, id, change_set) ? wrong(r, "a Content-ID is there twice") : OK;
}

static err part_take(struct reader *r, str part, int change_set)
{
	struct http_header *headers = NULL;
	size_t count = 0, before = r->out->count;
	str inner, type;
	TRY(headers_take(r, &part, PART_HEADERS_MAX, &headers, &count));
	str content_type = header_of(headers, count, S("content-type")), media = content_type;
	str encoding = header_of(headers, count, S("content-transfer-encoding")), id = header_of(headers, count, S("content-id"));
	if (encoding.len && !str_equal_nocase(encoding, S("binary")))
		return wrong(r, "Content-Transfer-Encoding is not binary");
	if (boundary_of(content_type, &inner)) {
		if (change_set)
			return wrong(r, "change sets do not nest");
		r->change_sets++;
		TRY(parts_take(r, part, inner, r->change_sets));
		return r->out->count == before ? wrong(r, "a change set is empty") : OK;
	}
	if (!str_split(&media, ';', &type) || !str_equal_nocase(str_trim(type), S("application/http")))
		return wrong(r, "a part is neither application/http nor multipart/mixed with a boundary");
	TRY(id_check(r, id, change_set));
	return operation_take(r, part, id, change_set);
}

err batch_parse(str content_type, bytes body, struct arena *arena, struct problem *problem, struct batch *out)
{
	struct reader r = { .arena = arena, .problem = problem, .out = out };
	str boundary;
	*out = (struct batch){ .operations = NEW_ARRAY(arena, struct batch_operation, BATCH_OPERATIONS_MAX) };
	TRY_NEW(out->operations);
	if (!boundary_of(content_type, &boundary))
		return problem_say(arena, problem, 400, CODE_BAD_QUERY, "A batch is multipart/mixed with a boundary of 1 to %d characters.",
				   BATCH_BOUNDARY_LEN_MAX);
	return parts_take(&r, str_of_bytes(body), boundary, 0);
}
