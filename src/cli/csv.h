/* cli/csv.h - comma-separated values (RFC 4180), record by record from a stream of any length.
 *
 * Lines may end in CR LF or LF; everything else is strict: a quote only at a field's edges, UTF-8, no NUL, no CR of its own.
 * A record that breaks the grammar is told with its line and reason and skipped up to its line's end; reading goes on
 * behind it. A byte order mark at the start is skipped. Memory is bounded by CSV_RECORD_BYTES_MAX. */
#ifndef CLI_CSV_H
#define CLI_CSV_H

#include "base/buffer.h"
#include "base/err.h"

enum { CSV_FIELDS_MAX = 1024, CSV_RECORD_BYTES_MAX = 1 << 20 };

struct csv_record {
	uint64_t line;       /* where it begins, from 1                             */
	uint64_t end_offset; /* octets of the input up to and with its line's end   */
	const char *problem; /* why it was refused; null: the fields hold           */
	size_t count;
	str fields[CSV_FIELDS_MAX]; /* valid until the next csv_next */
};

enum csv_state { CSV_START = 0, CSV_PLAIN, CSV_QUOTED, CSV_CLOSED, CSV_CR, CSV_BROKEN, CSV_STATE_COUNT };

/* Fields are filled by csv_init and read by nobody else. */
struct csv_reader {
	/* Puts at most `capacity` octets; 0 at the end, -1 on failure. */
	int64_t (*fill)(void *self, uint8_t *to, size_t capacity);
	void *self;
	struct buffer text;             /* of the record's fields, unquoted, one after another */
	size_t ends[CSV_FIELDS_MAX];
	size_t count;
	uint8_t input[64 * 1024];
	size_t input_at, input_len;
	uint64_t line, offset;
	enum csv_state state;
	const char *problem;
	bool input_ended, started; /* started: the record has at least one octet */
};

/* The stream may begin in the middle of a file: `line` and `offset` of its first octet (1 and 0 at its start). */
NONNULL void csv_init(struct csv_reader *reader, int64_t (*fill)(void *self, uint8_t *to, size_t capacity), void *self,
		      uint64_t line, uint64_t offset);
NONNULL void csv_release(struct csv_reader *reader);
/* *out_end: there is no further record. ERR_UNAVAILABLE when the stream fails. An empty line is a record of one empty field. */
MUST_USE NONNULL err csv_next(struct csv_reader *reader, struct csv_record *out, bool *out_end);

#endif
