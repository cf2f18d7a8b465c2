/* The grammar as a table: what each kind of octet does in each state.
 *
 *             other      quote      comma     CR       LF       end
 *   START     PLAIN +    QUOTED     START f   CR       f, done  f, done      + keeps the octet
 *   PLAIN     PLAIN +    broken     START f   CR       f, done  f, done      f ends the field
 *   QUOTED    QUOTED +   CLOSED     QUOTED +  QUOTED + QUOTED + broken
 *   CLOSED    broken     QUOTED +   START f   CR       f, done  f, done
 *   CR        broken     broken     broken    broken   f, done  broken
 *   BROKEN    BROKEN     BROKEN     BROKEN    BROKEN   done     done */
#include "cli/csv.h"

#include "codec/utf8.h"

enum octet_kind { OCTET_OTHER = 0, OCTET_QUOTE, OCTET_COMMA, OCTET_CR, OCTET_LF, OCTET_END, OCTET_KIND_COUNT };
enum { KEEP = 1, FIELD = 2, DONE = 4 };

struct step {
	enum csv_state next;
	int does;
	const char *problem;
};

static const char stray_quote[] = "a quote inside a field that does not begin with one";
static const char after_quote[] = "text behind a closing quote";
static const char lone_cr[] = "a carriage return that does not end the line";
static const char open_quote[] = "a quote that is never closed";

static const struct step steps[CSV_STATE_COUNT][OCTET_KIND_COUNT] = {
	[CSV_START] = { { CSV_PLAIN, KEEP, NULL }, { CSV_QUOTED, 0, NULL }, { CSV_START, FIELD, NULL }, { CSV_CR, 0, NULL },
			{ CSV_START, FIELD | DONE, NULL }, { CSV_START, FIELD | DONE, NULL } },
	[CSV_PLAIN] = { { CSV_PLAIN, KEEP, NULL }, { CSV_BROKEN, 0, stray_quote }, { CSV_START, FIELD, NULL }, { CSV_CR, 0, NULL },
			{ CSV_START, FIELD | DONE, NULL }, { CSV_START, FIELD | DONE, NULL } },
	[CSV_QUOTED] = { { CSV_QUOTED, KEEP, NULL }, { CSV_CLOSED, 0, NULL }, { CSV_QUOTED, KEEP, NULL },
			 { CSV_QUOTED, KEEP, NULL }, { CSV_QUOTED, KEEP, NULL }, { CSV_START, DONE, open_quote } },
	[CSV_CLOSED] = { { CSV_BROKEN, 0, after_quote }, { CSV_QUOTED, KEEP, NULL }, { CSV_START, FIELD, NULL }, { CSV_CR, 0, NULL },
			 { CSV_START, FIELD | DONE, NULL }, { CSV_START, FIELD | DONE, NULL } },
	[CSV_CR] = { { CSV_BROKEN, 0, lone_cr }, { CSV_BROKEN, 0, lone_cr }, { CSV_BROKEN, 0, lone_cr },
		     { CSV_BROKEN, 0, lone_cr }, { CSV_START, FIELD | DONE, NULL }, { CSV_START, DONE, lone_cr } },
	[CSV_BROKEN] = { { CSV_BROKEN, 0, NULL }, { CSV_BROKEN, 0, NULL }, { CSV_BROKEN, 0, NULL }, { CSV_BROKEN, 0, NULL },
			 { CSV_START, DONE, NULL }, { CSV_START, DONE, NULL } },
};

static enum octet_kind kind_of(int octet)
{
	switch (octet) {
	case '"':
		return OCTET_QUOTE;
	case ',':
		return OCTET_COMMA;
	case '\r':
		return OCTET_CR;
	case '\n':
		return OCTET_LF;
	case -1:
		return OCTET_END;
	default:
		return OCTET_OTHER;
	}
}

void csv_init(struct csv_reader *r, int64_t (*fill)(void *self, uint8_t *to, size_t capacity), void *self, uint64_t line,
	      uint64_t offset)
{
	memset(r, 0, sizeof *r);
	r->fill = fill;
	r->self = self;
	r->line = line;
	r->offset = offset;
	buffer_init(&r->text, CSV_RECORD_BYTES_MAX);
}

void csv_release(struct csv_reader *r)
{
	buffer_release(&r->text);
}

static err refill(struct csv_reader *r)
{
	while (r->input_at == r->input_len && !r->input_ended) {
		int64_t n = r->fill(r->self, r->input, sizeof r->input);
		if (n < 0 || n > (int64_t)sizeof r->input)
			FAIL(ERR_UNAVAILABLE, "the file cannot be read");
		r->input_at = 0;
		r->input_len = (size_t)n;
		r->input_ended = n == 0;
	}
	return OK;
}

/* The byte order mark that some programs put before a file's first octet. */
static err skip_mark(struct csv_reader *r)
{
	static const uint8_t mark[] = { 0xef, 0xbb, 0xbf };
	while (r->input_len < sizeof mark && !r->input_ended) {
		int64_t n = r->fill(r->self, r->input + r->input_len, sizeof r->input - r->input_len);
		if (n < 0 || n > (int64_t)(sizeof r->input - r->input_len))
			FAIL(ERR_UNAVAILABLE, "the file cannot be read");
		r->input_len += (size_t)n;
		r->input_ended = n == 0;
	}
	if (r->input_len >= sizeof mark && memcmp(r->input, mark, sizeof mark) == 0)
		r->offset = r->input_at = sizeof mark;
	return OK;
}

static void refuse(struct csv_reader *r, const char *problem)
{
	if (!r->problem)
		r->problem = problem;
	r->state = CSV_BROKEN;
}

static void end_field(struct csv_reader *r)
{
	if (r->count == CSV_FIELDS_MAX)
		refuse(r, "more than 1024 fields");
	else
		r->ends[r->count++] = r->text.len;
}

/* True at the record's end. */
static bool take(struct csv_reader *r, int octet)
{
	const struct step *step = &steps[r->state][kind_of(octet)];
	r->started = true;
	r->state = step->next;
	if (step->problem)
		refuse(r, step->problem);
	if (octet == 0)
		refuse(r, "a NUL octet");
	else if (step->does & KEEP)
		buffer_append_char(&r->text, (char)octet);
	if (r->text.failed)
		refuse(r, "a record of more than a megabyte");
	if (step->does & FIELD)
		end_field(r);
	if (step->does & DONE)
		r->state = CSV_START;
	return step->does & DONE;
}

static void hand_out(struct csv_reader *r, uint64_t line, struct csv_record *out)
{
	size_t from = 0;
	str text = buffer_str(&r->text);
	out->line = line;
	out->end_offset = r->offset;
	for (size_t i = 0; i < r->count && !r->problem; i++) {
		out->fields[i] = (str){ text.at ? text.at + from : "", r->ends[i] - from };
		from = r->ends[i];
		if (!utf8_is_valid(out->fields[i])) /* each by itself: two halves of a character can meet at a comma */
			r->problem = "octets that are not UTF-8";
	}
	out->problem = r->problem;
	out->count = r->problem ? 0 : r->count;
}

err csv_next(struct csv_reader *r, struct csv_record *out, bool *out_end)
{
	uint64_t line = r->line;
	bool done = false;
	if (r->offset == 0 && r->input_len == 0)
		TRY(skip_mark(r));
	buffer_clear(&r->text);
	r->count = 0;
	r->problem = NULL;
	r->started = false;
	while (!done) {
		TRY(refill(r));
		if (r->input_at == r->input_len) {
			*out_end = !r->started;
			if (*out_end)
				return OK;
			(void)take(r, -1);
			break;
		}
		int octet = r->input[r->input_at++];
		r->line += octet == '\n';
		r->offset++;
		done = take(r, octet);
	}
	*out_end = false;
	hand_out(r, line, out);
	return OK;
}
