/* cli/import_lane.h - the requests of an import, over the operator's lane, patiently.
 *
 * A request that nobody answered, or whose worker ended under it (502, 503, 504, 429), is sent again until the service has been away
 * for the import's patience. That is safe: the bulk route counts a batch once. */
#ifndef CLI_IMPORT_LANE_H
#define CLI_IMPORT_LANE_H

#include "base/buffer.h"
#include "cli/import.h"
#include "codec/json_read.h"

#define IMPORT_NO_BATCH UINT64_MAX

struct import_lane {
	const struct import_options *options;
	char *problem;        /* of IMPORT_PROBLEM_BYTES_MAX; the service's words */
	struct arena *answer; /* of the last request, until import_lane_clear     */
	str environment;      /* encoded for a path */
	str table;            /* likewise, once bound */
	struct uuid job;
	int64_t began_ns;
	bool answered;        /* the service was there once */
	struct arena *arena;
	struct buffer path;   /* of the present request */
};

/* Begins to count the time. */
MUST_USE NONNULL err import_lane_open(const struct import_options *options, char *problem, struct import_lane *out);
NONNULL void import_lane_release(struct import_lane *lane);
NONNULL void import_lane_clear(struct import_lane *lane);
NONNULL int64_t import_lane_ms(const struct import_lane *lane);

/* The definition of options->table with its columns, in the arena. ERR_NOT_FOUND without such a table. */
MUST_USE NONNULL err import_lane_definition(struct import_lane *lane, struct arena *arena, const struct json **out);
/* What every request from here on is about. */
MUST_USE NONNULL err import_lane_bind(struct import_lane *lane, str table, const struct uuid *job);
MUST_USE NONNULL err import_lane_start(struct import_lane *lane, const struct import_source *source, bool abandon, const struct json **out);
/* verb: "" or "/finish"; batch: IMPORT_NO_BATCH or its number. *out lives until the lane is cleared. */
MUST_USE NONNULL err import_lane_ask(struct import_lane *lane, const char *method, const char *verb, uint64_t batch, bytes body,
				     const struct json **out);

#endif
