#include "codec/mask.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"

enum { MATCH_STEPS_MAX = 100000, DEPTH_MAX = 1000, HEAP_KIB_MAX = 1024, MASKED_BYTES_MAX = 16 << 20 };

struct mask {
	pcre2_code *code;
	pcre2_match_context *limits;
	char text[MASK_TEXT_MAX];
	size_t text_len;
};

err mask_new(str expression, str text, struct mask **out)
{
	int error;
	PCRE2_SIZE at;
	if (expression.len == 0 || expression.len > MASK_EXPRESSION_MAX)
		FAIL(ERR_INVALID, "the regular expression is empty or too long");
	if (text.len == 0 || text.len > MASK_TEXT_MAX)
		FAIL(ERR_INVALID, "the mask is empty or too long");
	struct mask *m = calloc(1, sizeof *m);
	if (!m)
		FAIL(ERR_LIMIT, "no memory for a mask");
	/* \C would split characters, callouts and verbs have no place here */
	m->code = pcre2_compile((PCRE2_SPTR)expression.at, expression.len, PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C, &error, &at, NULL);
	m->limits = pcre2_match_context_create(NULL);
	if (!m->code || !m->limits) {
		mask_free(m);
		FAIL(ERR_INVALID, "the regular expression is not valid");
	}
	pcre2_set_match_limit(m->limits, MATCH_STEPS_MAX);
	pcre2_set_depth_limit(m->limits, DEPTH_MAX);
	pcre2_set_heap_limit(m->limits, HEAP_KIB_MAX);
	memcpy(m->text, text.at, text.len);
	m->text_len = text.len;
	*out = m;
	return OK;
}

void mask_free(struct mask *m)
{
	if (!m)
		return;
	pcre2_code_free(m->code);
	pcre2_match_context_free(m->limits);
	free(m);
}

static bool starts_character(char c)
{
	return ((unsigned char)c & 0xc0) != 0x80;
}

static void hide(const struct mask *m, str part, struct buffer *out)
{
	for (size_t i = 0; i < part.len; i++)
		if (starts_character(part.at[i]))
			buffer_append_str(out, (str){ m->text, m->text_len });
}

/* The next match at or behind `from`; false: none. */
static bool match(const struct mask *m, pcre2_match_data *data, str in, size_t from, bool *out_failed, size_t *out_start, size_t *out_end)
{
	int n = pcre2_match(m->code, (PCRE2_SPTR)in.at, in.len, from, PCRE2_NO_UTF_CHECK, data, m->limits);
	const PCRE2_SIZE *place = pcre2_get_ovector_pointer(data);
	*out_failed = n < 0 && n != PCRE2_ERROR_NOMATCH;
	if (n < 0)
		return false;
	*out_start = place[0];
	*out_end = place[1];
	*out_failed = place[0] > place[1]; /* \K in a lookahead */
	return !*out_failed;
}

/* False: the expression gave up. */
static bool replace(const struct mask *m, pcre2_match_data *data, str in, struct buffer *out)
{
	size_t done = 0, from = 0, start, end;
	bool gave_up = false;
	while (from <= in.len && match(m, data, in, from, &gave_up, &start, &end)) {
		if (start < done) { /* \K in a lookbehind */
			gave_up = true;
			break;
		}
		buffer_append_str(out, str_slice(in, done, start));
		hide(m, str_slice(in, start, end), out);
		done = end;
		for (from = end == start ? end + 1 : end; end == start && from < in.len && !starts_character(in.at[from]);)
			from++;
	}
	buffer_append_str(out, str_from(in, done));
	return !gave_up;
}

str mask_apply(const struct mask *m, str in, struct arena *arena)
{
	struct buffer out;
	pcre2_match_data *data = pcre2_match_data_create_from_pattern(m->code, NULL);
	str shown = { 0 };
	if (!data)
		return shown;
	buffer_init(&out, MASKED_BYTES_MAX);
	if (!replace(m, data, in, &out)) {
		buffer_release(&out);
		buffer_init(&out, MASKED_BYTES_MAX);
		hide(m, in, &out);
	}
	if (!out.failed)
		shown = str_copy(arena, buffer_str(&out));
	buffer_release(&out);
	pcre2_match_data_free(data);
	return shown;
}
