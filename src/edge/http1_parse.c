#include "edge/http1_parse.h"

void http1_parser_init(struct http1_parser *parser)
{
	*parser = (struct http1_parser){ .at = 0 };
}

static str line_slice(const uint8_t *input, size_t from, size_t len)
{
	return (str){ (const char *)input + from, len };
}

/* --- the request line --- */

static enum refusal parse_method(struct http1_parser *p, str name)
{
	if (!http_is_token(name))
		return REFUSE_BAD_REQUEST;
	p->method = http_method_of(name);
	return p->method ? REFUSE_NONE : REFUSE_METHOD;
}

/* Finds the path of the target: origin-form, '*' with OPTIONS, or absolute-form whose authority must later equal Host. */
static enum refusal parse_target(struct http1_parser *p, const uint8_t *input, size_t from, size_t len)
{
	str target = line_slice(input, from, len);
	size_t skip = 0;
	if (str_equal(target, S("*")))
		return p->method == HTTP_OPTIONS ? (p->target = (struct http1_field){ (uint16_t)from, 1, 0, 0 }, REFUSE_NONE)
						 : REFUSE_BAD_REQUEST;
	if (target.at[0] != '/') {
		size_t scheme = str_starts_with(target, S("https://")) ? 8 : str_starts_with(target, S("http://")) ? 7 : 0;
		if (scheme == 0)
			return REFUSE_BAD_REQUEST; /* authority-form and the rest */
		skip = str_find_char(target, '/', scheme);
		if (skip == SIZE_MAX)
			return REFUSE_BAD_REQUEST;
		p->absolute = true;
		p->authority = (struct http1_field){ .name = (uint16_t)(from + scheme), .name_len = (uint16_t)(skip - scheme),
						       .value = (uint16_t)from, .value_len = (uint16_t)(scheme - sizeof "://" + 1) };
	}
	str origin_form = str_from(target, skip);
	size_t mark = str_find_char(origin_form, '?', 0);
	size_t path_len = mark == SIZE_MAX ? origin_form.len : mark;
	p->target = (struct http1_field){ (uint16_t)(from + skip), (uint16_t)path_len, 0, 0 };
	if (mark != SIZE_MAX) {
		p->target.value = (uint16_t)(from + skip + mark + 1);
		p->target.value_len = (uint16_t)(origin_form.len - mark - 1);
	}
	enum refusal refusal = http_path_check(str_slice(origin_form, 0, path_len));
	return refusal ? refusal : http_query_check(str_from(origin_form, mark == SIZE_MAX ? origin_form.len : mark + 1));
}

static enum refusal parse_request_line(struct http1_parser *p, const uint8_t *input, size_t len)
{
	str line = line_slice(input, 0, len);
	size_t first = str_find_char(line, ' ', 0);
	size_t second = first == SIZE_MAX ? SIZE_MAX : str_find_char(line, ' ', first + 1);
	if (second == SIZE_MAX || second == first + 1 || str_find_char(line, '\t', 0) != SIZE_MAX)
		return REFUSE_BAD_REQUEST;
	enum refusal refusal = parse_method(p, str_slice(line, 0, first));
	if (refusal)
		return refusal;
	str version = str_from(line, second + 1);
	if (!str_equal(version, S("HTTP/1.1")) && !str_equal(version, S("HTTP/1.0")))
		return REFUSE_BAD_REQUEST;
	p->minor = version.at[7] == '1';
	return parse_target(p, input, first + 1, second - first - 1);
}

/* --- fields --- */

static enum refusal parse_field(struct http1_parser *p, uint8_t *input, size_t from, size_t len)
{
	str line = line_slice(input, from, len);
	size_t colon = str_find_char(line, ':', 0);
	if (colon == SIZE_MAX || !http_is_field_name(str_slice(line, 0, colon)))
		return REFUSE_BAD_REQUEST; /* also obs-fold and a blank before the colon: a blank is no token octet */
	if (p->field_count == HTTP_HEADERS_MAX)
		return REFUSE_HEAD_SIZE;
	str value = str_trim(str_from(line, colon + 1));
	for (size_t i = from; i < from + colon; i++)
		input[i] = (uint8_t)ascii_lower((char)input[i]);
	p->fields[p->field_count++] = (struct http1_field){ (uint16_t)from, (uint16_t)colon,
		(uint16_t)((const uint8_t *)value.at - input), (uint16_t)value.len };
	return REFUSE_NONE;
}

static enum refusal parse_transfer_encoding(const struct http1_parser *p, struct http1_request *out)
{
	str coding = http_head_field(&out->head, S("transfer-encoding"));
	if (!coding.at)
		return REFUSE_NONE;
	if (p->minor == 0 || http_head_field(&out->head, S("content-length")).at)
		return REFUSE_BAD_REQUEST;
	if (!http_is_token(coding))
		return REFUSE_BAD_REQUEST; /* a list, a parameter, an empty value */
	if (!str_equal_nocase(coding, S("chunked")))
		return REFUSE_CODING;
	out->chunked = true;
	return REFUSE_NONE;
}

static enum refusal check_host(const struct http1_parser *p, const uint8_t *input, struct http_head *head)
{
	str host = http_head_field(head, S("host"));
	if (!host.at)
		return p->minor == 1 || p->absolute ? REFUSE_BAD_REQUEST : REFUSE_NONE;
	if (!http_authority_is_sound(host))
		return REFUSE_BAD_REQUEST;
	if (p->absolute && !str_equal_nocase(host, line_slice(input, p->authority.name, p->authority.name_len)))
		return REFUSE_BAD_REQUEST;
	head->authority = host;
	return REFUSE_NONE;
}

static bool connection_says(const struct http_head *head, str option)
{
	for (size_t i = 0; i < head->header_count; i++) {
		str rest = head->headers[i].value, item;
		if (!str_equal(head->headers[i].name, S("connection")))
			continue;
		while (str_split(&rest, ',', &item))
			if (str_equal_nocase(str_trim(item), option))
				return true;
	}
	return false;
}

/* What Connection names is for us alone. */
static void drop_named_by_connection(struct http_head *head)
{
	size_t kept = 0;
	if (!http_head_field(head, S("connection")).at)
		return;
	for (size_t i = 0; i < head->header_count; i++)
		if (!connection_says(head, head->headers[i].name) || str_equal(head->headers[i].name, S("connection")))
			head->headers[kept++] = head->headers[i];
	head->header_count = kept;
}

static enum refusal finish(const struct http1_parser *p, const uint8_t *input, struct http1_request *out)
{
	struct http_head *head = &out->head;
	head->method = p->method;
	head->authority = (str){ NULL, 0 };
	head->scheme = line_slice(input, p->authority.value, p->authority.value_len);
	head->content_length = 0;
	head->path = line_slice(input, p->target.name, p->target.name_len);
	head->query = line_slice(input, p->target.value, p->target.value_len);
	head->header_count = p->field_count;
	for (size_t i = 0; i < p->field_count; i++) {
		const struct http1_field *f = &p->fields[i];
		head->headers[i] = (struct http_header){ line_slice(input, f->name, f->name_len),
							 line_slice(input, f->value, f->value_len) };
	}
	out->chunked = false;
	out->head_bytes = p->at;
	enum refusal refusal = parse_transfer_encoding(p, out);
	if (!refusal)
		refusal = http_head_check(head, out->chunked);
	if (p->minor == 0) /* its client would take a 100 for the answer (RFC 9110 10.1.1) */
		head->expects_continue = false;
	if (!refusal)
		refusal = check_host(p, input, head);
	if (refusal)
		return refusal;
	out->keep_alive = p->minor == 1 ? !connection_says(head, S("close")) : connection_says(head, S("keep-alive"));
	drop_named_by_connection(head);
	return REFUSE_NONE;
}

static enum refusal parse_line(struct http1_parser *p, uint8_t *input, size_t len, bool *out_last)
{
	*out_last = false;
	if (!p->in_fields) {
		p->in_fields = true;
		return parse_request_line(p, input, len);
	}
	if (len == 0) {
		*out_last = true;
		return REFUSE_NONE;
	}
	return parse_field(p, input, p->line, len);
}

/* The first octet that ends or breaks the line: anything but HTAB and printable ASCII. */
static size_t scan_line(const uint8_t *input, size_t at, size_t end)
{
	while (at < end && ((input[at] >= 0x20 && input[at] <= 0x7e) || input[at] == '\t'))
		at++;
	return at;
}

enum http1_progress http1_parse(struct http1_parser *p, uint8_t *input, size_t input_len, struct http1_request *out,
				enum refusal *out_refusal)
{
	size_t end = input_len < HTTP_HEAD_BYTES_MAX ? input_len : HTTP_HEAD_BYTES_MAX;
	for (;;) {
		size_t bound = !p->in_fields && end > HTTP_LINE_BYTES_MAX ? HTTP_LINE_BYTES_MAX : end;
		bool last;
		p->at = scan_line(input, p->at, bound);
		if (p->at == bound && bound == HTTP_LINE_BYTES_MAX && !p->in_fields) {
			*out_refusal = REFUSE_URI_SIZE;
			return HTTP1_REFUSED;
		}
		if (p->at + 1 >= end && (p->at == end || input[p->at] == '\r')) {
			*out_refusal = REFUSE_HEAD_SIZE;
			return end == HTTP_HEAD_BYTES_MAX ? HTTP1_REFUSED : HTTP1_MORE;
		}
		*out_refusal = REFUSE_BAD_REQUEST;
		if (input[p->at] != '\r' || input[p->at + 1] != '\n')
			return HTTP1_REFUSED;
		*out_refusal = parse_line(p, input, p->at - p->line, &last);
		if (*out_refusal)
			return HTTP1_REFUSED;
		p->at += 2;
		p->line = p->at;
		if (!last)
			continue;
		*out_refusal = finish(p, input, out);
		return *out_refusal ? HTTP1_REFUSED : HTTP1_DONE;
	}
}

/* --- chunked coding --- */

static int chunk_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static enum http1_chunk_state after_size(struct http1_chunks *c)
{
	return c->left ? CHUNK_DATA : CHUNK_END_CR;
}

static enum http1_chunk_state take_size(struct http1_chunks *c, uint8_t octet)
{
	int digit = chunk_digit(octet);
	if (digit >= 0) {
		c->left = c->left << 4 | (unsigned)digit;
		return ++c->digits <= 8 ? CHUNK_SIZE : CHUNK_BROKEN;
	}
	if (c->digits == 0)
		return CHUNK_BROKEN;
	c->extension_len = 1;
	return octet == '\r' ? CHUNK_SIZE_LF : octet == ';' ? CHUNK_EXTENSION : CHUNK_BROKEN;
}

static enum http1_chunk_state take_extension(struct http1_chunks *c, uint8_t octet)
{
	if (octet == '\r')
		return CHUNK_SIZE_LF;
	if (octet < 0x20 || octet > 0x7e)
		return CHUNK_BROKEN;
	return ++c->extension_len <= 16 ? CHUNK_EXTENSION : CHUNK_BROKEN;
}

static enum http1_chunk_state take_octet(struct http1_chunks *c, uint8_t octet)
{
	switch (c->state) {
	case CHUNK_SIZE:
		return take_size(c, octet);
	case CHUNK_EXTENSION:
		return take_extension(c, octet);
	case CHUNK_SIZE_LF:
		return octet == '\n' ? after_size(c) : CHUNK_BROKEN;
	case CHUNK_DATA_CR:
		return octet == '\r' ? CHUNK_DATA_LF : CHUNK_BROKEN;
	case CHUNK_DATA_LF:
		c->digits = 0;
		return octet == '\n' ? CHUNK_SIZE : CHUNK_BROKEN;
	case CHUNK_END_CR: /* anything else would begin a trailer */
		return octet == '\r' ? CHUNK_END_LF : CHUNK_BROKEN;
	case CHUNK_END_LF:
		return octet == '\n' ? CHUNK_FINISHED : CHUNK_BROKEN;
	default:
		return CHUNK_BROKEN;
	}
}

void http1_chunks_take(struct http1_chunks *c, bytes *input, bytes *out_data)
{
	*out_data = (bytes){ NULL, 0 };
	while (input->len && c->state != CHUNK_FINISHED && c->state != CHUNK_BROKEN) {
		if (c->state == CHUNK_DATA) {
			size_t n = input->len < c->left ? input->len : (size_t)c->left;
			*out_data = bytes_slice(*input, 0, n);
			*input = bytes_from(*input, n);
			c->left -= n;
			if (c->left == 0)
				c->state = CHUNK_DATA_CR;
			return;
		}
		c->state = take_octet(c, input->at[0]);
		*input = bytes_from(*input, 1);
	}
}
