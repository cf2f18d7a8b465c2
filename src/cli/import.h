/* cli/import.h - rows of business data from a stream of records, as one resumable job.
 *
 * Used by `bailiwick import` and by `bailiwick init --demo`. Records become JSON rows (import_map.h says how), go in batches over
 * the control socket to the bulk route of the environment (data/import.h) and are counted there, each batch in one transaction
 * with its rows. The job's id follows from environment, table, map, the source's name and its digest, so the same import started
 * again continues behind the last batch that the environment holds; one that had ended changes nothing and reports the same.
 * While a job is unfinished a source of the same name with another digest, or the same with another map, is refused.
 *
 * Waits for a service that is away: a worker or a whole service that was killed only delays an import (`patience_s`). */
#ifndef CLI_IMPORT_H
#define CLI_IMPORT_H

#include "base/arena.h"
#include "base/err.h"
#include "base/uuid.h"
#include "cli/http_client.h"
#include "cli/import_map.h"
#include "crypto/hash.h"

enum { IMPORT_BATCH_ROWS = 1000, IMPORT_BATCH_BYTES_MAX = 1 << 20, IMPORT_PROBLEM_BYTES_MAX = 512 };

struct import_record {
	uint64_t line;       /* for reports: the line of a file, or any number that means something to the reader */
	uint64_t octets;     /* how much of import_source.octets is behind us after this record                  */
	const char *problem; /* why the record is unusable: it is reported as rejected; null: the fields hold     */
	size_t count;        /* must equal the source's column_count, else the record is rejected                 */
	const str *fields;   /* UTF-8 without NUL; valid until the next call                                      */
};

/* Must yield the same records in the same order each time it is run, or resuming makes no sense. */
struct import_source {
	str name;             /* "oui.csv": names the job, together with environment and table                     */
	struct sha256 digest; /* of all that the records come from: tells a changed source from the same           */
	const str *columns;   /* names of the fields of each record; what the map's left side refers to            */
	size_t column_count;
	uint64_t octets;      /* size in whatever unit record.octets counts; 0: unknown, no time left is told       */
	void *self;
	err (*next)(void *self, struct import_record *out, bool *out_end);
};

struct import_progress {
	uint64_t rows;        /* imported and rejected, those of earlier runs included */
	uint64_t rows_now;    /* of this run: what a rate is made of                  */
	uint64_t octets, octets_before; /* of the source: behind us; and where this run began */
	int64_t elapsed_ms;   /* of this run                                          */
};

/* What the caller wants to hear; each may be null. */
struct import_sink {
	void *self;
	void (*progress)(void *self, const struct import_progress *progress); /* after each batch */
	void (*rejected)(void *self, uint64_t line, str reason);
	void (*waiting)(void *self, const char *why); /* the service is away; progress() ends it */
};

struct import_options {
	struct cli_target target;
	str environment;      /* its unique name                 */
	str table;            /* logical name, or the entity set */
	const struct import_map *map; /* null: the columns are named as the table's are */
	bool abandon;         /* an unfinished job of this source that was something else is given up, its rows stay */
	int patience_s;       /* how long the service may stay away; 0: 30 (2 before its first answer) */
	struct import_sink sink;
};

struct import_summary {
	struct uuid job;
	uint64_t imported, rejected; /* of the whole job, earlier runs included */
	uint64_t rows_now;           /* of `imported`, those of this run */
	uint64_t batches, resumed_batches; /* the latter were in before this run */
	int64_t elapsed_ms;
	bool was_complete;           /* nothing was left to do */
	char problem[IMPORT_PROBLEM_BYTES_MAX]; /* the service's own words when it refused, or the map's mistake; else "" */
};

/* *out is filled as far as it goes, also on failure. ERR_UNAVAILABLE: the service stayed away; ERR_INVALID: the map does not fit
 * columns or table; ERR_NOT_FOUND: no such environment or table; ERR_CONFLICT: the source has changed; ERR_DENIED: the service
 * refused otherwise; what the source fails with. out->problem tells more. Rejected records are no failure. */
MUST_USE NONNULL err import_run(const struct import_options *options, const struct import_source *source, struct import_summary *out);

#endif
