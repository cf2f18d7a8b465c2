#include "codec/json_write.h"

#include <string.h>

#include "codec/utf8.h"

static void before_value(struct json_writer *w)
{
	if (w->comma)
		buffer_append_char(w->to, ',');
	w->comma = true;
}

void json_open_object(struct json_writer *w)
{
	before_value(w);
	buffer_append_char(w->to, '{');
	w->comma = false;
}

void json_close_object(struct json_writer *w)
{
	buffer_append_char(w->to, '}');
	w->comma = true;
}

void json_open_array(struct json_writer *w)
{
	before_value(w);
	buffer_append_char(w->to, '[');
	w->comma = false;
}

void json_close_array(struct json_writer *w)
{
	buffer_append_char(w->to, ']');
	w->comma = true;
}

static void write_escaped(struct buffer *b, char c)
{
	static const char short_form[] = { ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r' };
	if (c == '"' || c == '\\')
		buffer_append(b, bytes_of((char[]){ '\\', c }, 2));
	else if ((size_t)c < sizeof short_form && short_form[(size_t)c])
		buffer_append(b, bytes_of((char[]){ '\\', short_form[(size_t)c] }, 2));
	else
		buffer_append_format(b, "\\u%04x", (unsigned)c);
}

/* How much of it goes out as it is. */
static size_t plain_len(str value)
{
	size_t n = 0;
	while (n < value.len) {
		uint8_t c = (uint8_t)value.at[n];
		if (c < 0x20 || c == '"' || c == '\\' || c >= 0x80)
			break;
		n++;
	}
	return n;
}

/* Names and most values: one reservation, one copy. */
static void write_quoted(struct buffer *b, str plain)
{
	uint8_t *at = buffer_reserve(b, plain.len + 2);
	if (!at)
		return;
	at[0] = '"';
	if (plain.len)
		memcpy(at + 1, plain.at, plain.len);
	at[plain.len + 1] = '"';
	b->len += plain.len + 2;
}

static void write_text(struct buffer *b, str value)
{
	size_t plain_from = 0, i = plain_len(value);
	if (i == value.len) {
		write_quoted(b, value);
		return;
	}
	buffer_append_char(b, '"');
	while (i < value.len) {
		uint8_t c = (uint8_t)value.at[i];
		if (c >= 0x20 && c != '"' && c != '\\' && c < 0x80) {
			i++;
			continue;
		}
		size_t next = i;
		bool good = utf8_next(value, &next) >= 0;
		if (good && c >= 0x80) {
			i = next;
			continue;
		}
		buffer_append_str(b, str_slice(value, plain_from, i));
		if (good)
			write_escaped(b, (char)c);
		else
			buffer_append_str(b, S("\xef\xbf\xbd"));
		i = plain_from = next;
	}
	buffer_append_str(b, str_from(value, plain_from));
	buffer_append_char(b, '"');
}

void json_key(struct json_writer *w, str name)
{
	before_value(w);
	write_text(w->to, name);
	buffer_append_char(w->to, ':');
	w->comma = false;
}

void json_str(struct json_writer *w, str value)
{
	before_value(w);
	write_text(w->to, value);
}

void json_i64(struct json_writer *w, int64_t value)
{
	before_value(w);
	buffer_append_i64(w->to, value);
}

void json_bool(struct json_writer *w, bool value)
{
	json_raw(w, value ? S("true") : S("false"));
}

void json_null(struct json_writer *w)
{
	json_raw(w, S("null"));
}

void json_raw(struct json_writer *w, str json)
{
	before_value(w);
	buffer_append_str(w->to, json);
}

void json_uuid(struct json_writer *w, const struct uuid *value)
{
	char text[UUID_TEXT_LEN + 1];
	uuid_format(value, text);
	json_str(w, (str){ text, UUID_TEXT_LEN });
}

void json_member_str(struct json_writer *w, str name, str value)
{
	json_key(w, name);
	json_str(w, value);
}

void json_member_i64(struct json_writer *w, str name, int64_t value)
{
	json_key(w, name);
	json_i64(w, value);
}

void json_member_bool(struct json_writer *w, str name, bool value)
{
	json_key(w, name);
	json_bool(w, value);
}

void json_member_null(struct json_writer *w, str name)
{
	json_key(w, name);
	json_null(w);
}

void json_member_raw(struct json_writer *w, str name, str json)
{
	json_key(w, name);
	json_raw(w, json);
}

void json_member_uuid(struct json_writer *w, str name, const struct uuid *value)
{
	json_key(w, name);
	json_uuid(w, value);
}
