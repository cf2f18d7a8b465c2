#include "cli/remote.h"

#include <stdarg.h>

#include "cli/http_client.h"
#include "codec/url.h"

enum { ANSWER_VALUES_MAX = 2000000, COLUMNS_MAX = 10, COLUMN_WIDTH_MAX = 48, LIST_PAGES_MAX = 10000 };

void remote_body_init(struct remote_body *body)
{
	buffer_init(&body->text, REMOTE_BODY_BYTES_MAX);
	body->w = json_writer_to(&body->text);
	json_open_object(&body->w);
}

void remote_body_release(struct remote_body *body)
{
	buffer_release(&body->text);
}

/* The error's text: of the Web API and the directory {"error":{"code","message"}}, of problem details {"title","detail"}. */
static void tell_refusal(struct cli_call *call, int status, const struct json *answer, bytes raw)
{
	if (call->json && answer) {
		fprintf(call->err, "%.*s\n", STR_ARG(str_of_bytes(raw)));
		return;
	}
	const struct json *error = json_member(answer, S("error"));
	str code = remote_text(error, "code"), message = remote_text(error, "message");
	if (message.len == 0)
		message = remote_text(answer, "detail");
	if (message.len == 0)
		message = remote_text(answer, "title");
	fprintf(call->err, "bailiwick: refused with status %d%s%.*s%s%.*s\n", status, code.len ? ", " : "", STR_ARG(code),
		message.len ? ": " : "", STR_ARG(message));
}

int remote_call(struct cli_call *call, const char *method, str path, struct remote_body *body, const struct json **out)
{
	struct cli_target target = { .folder = call->position[0] };
	bytes answer, sent = { NULL, 0 };
	int status;
	*out = NULL;
	if (body) {
		json_close_object(&body->w);
		if (body->text.failed)
			return cli_usage(call, "the values are too long");
		sent = buffer_bytes(&body->text);
	}
	err e = cli_http(&target, str_of(method), path, body ? S("application/json") : S(""), sent, call->arena, &status,
			 &answer);
	if (failed(e))
		return cli_fail(call, "asking the service", e);
	struct json_limits limits = JSON_LIMITS_DEFAULT;
	limits.values_max = ANSWER_VALUES_MAX;
	if (answer.len)
		e = json_parse(answer, limits, call->arena, out, NULL);
	if (status >= 400) {
		tell_refusal(call, status, *out, answer);
		return status == 502 || status == 503 || status == 504 ? CLI_UNREACHABLE : CLI_FAILED;
	}
	return failed(e) ? cli_fail(call, "reading the answer", e) : CLI_OK;
}

/* --- lists --- */

struct pages {
	struct json *list;  /* the array that grows          */
	struct json *last;  /* its last element; null: empty */
};

static bool pages_add(struct cli_call *call, struct pages *pages, const struct json *rows)
{
	for (const struct json *row = rows ? rows->first : NULL; row; row = row->next) {
		struct json *copy = NEW(call->arena, struct json);
		if (!copy)
			return false;
		*copy = *row;
		copy->next = NULL;
		if (pages->last)
			pages->last->next = copy;
		else
			pages->list->first = copy;
		pages->last = copy;
		pages->list->count++;
	}
	return true;
}

/* The next page's path on this lane; empty: that was the last. The link is absolute and names the origin. */
static str next_path(struct cli_call *call, const struct json *answer)
{
	struct url url;
	str link;
	if (!json_member_is_str(answer, S("@odata.nextLink"), &link) || failed(url_parse(link, &url)))
		return S("");
	return str_format(call->arena, "%.*s?%.*s", STR_ARG(url.path), STR_ARG(url.query));
}

int remote_list(struct cli_call *call, str path, const struct json **out)
{
	struct json *whole = NEW(call->arena, struct json), *list = NEW(call->arena, struct json);
	struct pages pages = { .list = list };
	if (!whole || !list)
		return cli_fail(call, "list", ERR(ERR_LIMIT, "no memory"));
	*list = (struct json){ .kind = JSON_ARRAY, .name = S("value") };
	for (size_t n = 0; path.len; n++) {
		const struct json *answer;
		int status = remote_call(call, "GET", path, NULL, &answer);
		if (status != CLI_OK)
			return status;
		if (n == LIST_PAGES_MAX || !pages_add(call, &pages, json_member(answer, S("value"))))
			return cli_fail(call, "list", ERR(ERR_LIMIT, "the list is too long to show"));
		path = next_path(call, answer);
	}
	*whole = (struct json){ .kind = JSON_OBJECT, .first = list, .count = 1 };
	*out = whole;
	return CLI_OK;
}

str remote_tenant(const struct cli_call *call)
{
	return call->tenant.len ? call->tenant : cli_text(call, "tenant");
}

str remote_directory_path(struct cli_call *call, const char *format, ...)
{
	char rest[1024];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(rest, sizeof rest, format, arguments);
	va_end(arguments);
	str tenant = url_encode(call->arena, remote_tenant(call));
	return str_format(call->arena, "/%.*s/v1.0%s", STR_ARG(tenant), rest);
}

/* --- showing --- */

str remote_text(const struct json *object, const char *name)
{
	const struct json *v = json_member(object, str_of(name));
	if (!v)
		return S("");
	switch (v->kind) {
	case JSON_STRING:
	case JSON_NUMBER:
		return v->text;
	case JSON_TRUE:
		return S("yes");
	case JSON_FALSE:
		return S("no");
	default:
		return S("");
	}
}

void remote_json_write(struct json_writer *w, const struct json *v)
{
	switch (v->kind) {
	case JSON_NULL:
		json_null(w);
		return;
	case JSON_TRUE:
	case JSON_FALSE:
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
		for (const struct json *c = v->first; c; c = c->next)
			remote_json_write(w, c);
		json_close_array(w);
		return;
	default:
		json_open_object(w);
		for (const struct json *c = v->first; c; c = c->next) {
			json_key(w, c->name);
			remote_json_write(w, c);
		}
		json_close_object(w);
	}
}

static void print_json(struct cli_call *call, const struct json *value)
{
	SCOPED(buffer) b = { 0 };
	buffer_init(&b, 256 << 20);
	struct json_writer w = json_writer_to(&b);
	if (value)
		remote_json_write(&w, value);
	else
		buffer_append_str(&b, S("{}"));
	fwrite(b.at, 1, b.len, call->out);
	fputc('\n', call->out);
}

/* What a cell shows: the member's text; an array's texts joined; "actor.id": the member of a member. */
static str cell(struct cli_call *call, const struct json *object, const char *name)
{
	const char *dot = strchr(name, '.');
	if (dot) {
		object = json_member(object, (str){ name, (size_t)(dot - name) });
		name = dot + 1;
	}
	const struct json *v = json_member(object, str_of(name));
	str joined = S("");
	if (!json_is(v, JSON_ARRAY))
		return remote_text(object, name);
	for (const struct json *item = v->first; item; item = item->next) {
		if (!json_is(item, JSON_STRING))
			continue;
		str more = str_format(call->arena, "%.*s%s%.*s", STR_ARG(joined), joined.len ? ", " : "", STR_ARG(item->text));
		if (more.at)
			joined = more;
	}
	return joined;
}

/* Text of others goes to a terminal: controls are shown as '?', so that a name cannot move the cursor. */
static void print_cell(FILE *to, str s, size_t width)
{
	size_t shown = 0;
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.at[i];
		bool c1 = c == 0xc2 && i + 1 < s.len && (unsigned char)s.at[i + 1] < 0xa0;
		if (c1)
			i++;
		fputc(c < 0x20 || c == 0x7f || c1 ? '?' : c, to);
		shown += (c & 0xc0) != 0x80;
	}
	for (; shown < width; shown++)
		fputc(' ', to);
}

void remote_print_text(FILE *to, str text)
{
	print_cell(to, text, 0);
}

void remote_show(struct cli_call *call, const struct json *object, const char *const *names)
{
	if (call->json) {
		print_json(call, object);
		return;
	}
	for (; *names; names++) {
		str text = cell(call, object, *names);
		if (text.len == 0)
			continue;
		fprintf(call->out, "%-22s ", *names);
		print_cell(call->out, text, 0);
		fputc('\n', call->out);
	}
}

static size_t width_of(struct cli_call *call, const struct json *rows, const char *name)
{
	size_t width = strlen(name);
	for (const struct json *row = rows->first; row; row = row->next) {
		size_t len = cell(call, row, name).len;
		width = len > width ? len : width;
	}
	return width < COLUMN_WIDTH_MAX ? width : COLUMN_WIDTH_MAX;
}

void remote_show_list(struct cli_call *call, const struct json *answer, const char *const *names)
{
	static const struct json none = { .kind = JSON_ARRAY };
	const struct json *rows = json_is(answer, JSON_ARRAY) ? answer : json_member(answer, S("value"));
	size_t width[COLUMNS_MAX], count = 0;
	if (call->json) {
		print_json(call, answer);
		return;
	}
	if (!json_is(rows, JSON_ARRAY))
		rows = &none;
	for (; count < COLUMNS_MAX && names[count]; count++)
		width[count] = width_of(call, rows, names[count]);
	for (size_t i = 0; i < count; i++)
		fprintf(call->out, "%-*s%s", i + 1 < count ? (int)width[i] : 0, names[i], i + 1 < count ? "  " : "\n");
	for (const struct json *row = rows->first; row; row = row->next) {
		for (size_t i = 0; i < count; i++) {
			print_cell(call->out, cell(call, row, names[i]), i + 1 < count ? width[i] : 0);
			fputs(i + 1 < count ? "  " : "\n", call->out);
		}
	}
}
