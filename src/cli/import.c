/* cli/import.c - the job: what is in already is walked over, the rest goes out batch by batch. */
#include "cli/import.h"

#include "cli/import_lane.h"
#include "cli/import_row.h"
#include "crypto/uuid5.h"

enum { ARENA_BYTES = 8 << 20, ROW_BYTES_MAX = 1 << 20, BATCH_BUFFER_BYTES = IMPORT_BATCH_BYTES_MAX + 2 * ROW_BYTES_MAX, JOB_NAME_BYTES = 1 << 20 };

struct batch {
	struct buffer rows;  /* JSON, without the closing bracket */
	struct buffer row;   /* one row being written             */
	size_t count;
	uint64_t lines[IMPORT_BATCH_ROWS];
};

struct run {
	const struct import_options *options;
	const struct import_source *source;
	struct import_summary *out;
	struct arena *arena;
	struct import_lane lane;
	struct import_plan plan;
	struct batch batch;
	uint64_t number;         /* of the batch that is being filled */
	uint64_t rejected_known; /* by the service, before this run   */
	struct import_progress progress;
};

static void reject(struct run *r, uint64_t line, str reason)
{
	r->out->rejected++;
	if (r->options->sink.rejected)
		r->options->sink.rejected(r->options->sink.self, line, reason);
}

/* --- batches --- */

/* Rows are cut into batches by the source alone, so that a later run cuts them alike. */
static bool batch_is_full(const struct batch *b)
{
	return b->count == IMPORT_BATCH_ROWS || b->rows.len > IMPORT_BATCH_BYTES_MAX;
}

static err batch_add(struct run *r, const struct import_record *record)
{
	struct batch *b = &r->batch;
	struct json_writer w = json_writer_to(&b->row);
	if (record->problem || record->count != r->source->column_count) {
		reject(r, record->line, str_of(record->problem ? record->problem : "not as many fields as the head names"));
		return OK;
	}
	buffer_clear(&b->row);
	import_row_write(&r->plan, record->fields, &w);
	if (b->row.failed) {
		b->row.failed = false;
		reject(r, record->line, S("a row of more than a megabyte"));
		return OK;
	}
	buffer_append_str(&b->rows, b->count ? S(",") : S("["));
	buffer_append(&b->rows, buffer_bytes(&b->row));
	if (b->rows.failed)
		FAIL(ERR_LIMIT, "no memory for a batch");
	b->lines[b->count++] = record->line;
	return OK;
}

/* The answer of a batch: which of its rows were rejected, and why. */
static err answer_take(struct run *r, const struct json *answer)
{
	const struct json *rejected = json_member(answer, S("rejected"));
	int64_t imported, row;
	str reason = S("");
	if (!json_member_is_i64(answer, S("imported"), &imported) || !json_is(rejected, JSON_ARRAY) || imported < 0 ||
	    (uint64_t)imported + rejected->count != r->batch.count)
		FAIL(ERR_CONFLICT, "the service holds another batch than this one: the source has changed");
	for (const struct json *entry = rejected->first; entry; entry = entry->next) {
		if (!json_member_is_i64(entry, S("row"), &row) || row < 0 || (uint64_t)row >= r->batch.count)
			FAIL(ERR_INVALID, "the service rejects a row that was not sent");
		(void)json_member_is_str(entry, S("reason"), &reason);
		reject(r, r->batch.lines[row], reason);
	}
	r->out->imported += (uint64_t)imported;
	return OK;
}

static void progress_tell(struct run *r)
{
	r->progress.rows = r->out->imported + r->out->rejected;
	r->progress.elapsed_ms = r->out->elapsed_ms = import_lane_ms(&r->lane);
	if (r->options->sink.progress)
		r->options->sink.progress(r->options->sink.self, &r->progress);
}

static err batch_send(struct run *r)
{
	const struct json *answer;
	buffer_append_str(&r->batch.rows, S("]"));
	TRY(import_lane_ask(&r->lane, "POST", "", r->number, buffer_bytes(&r->batch.rows), &answer));
	TRY(answer_take(r, answer));
	r->progress.rows_now += r->batch.count;
	progress_tell(r);
	return OK;
}

/* A batch of an earlier run is not sent; what it had rejected is told again, so that each run's report is whole. */
static err batch_skip(struct run *r)
{
	const struct json *answer;
	r->progress.octets_before = r->progress.octets;
	if (r->rejected_known == 0) {
		r->out->imported += r->batch.count;
		return OK;
	}
	TRY(import_lane_ask(&r->lane, "GET", "", r->number, (bytes){ 0 }, &answer));
	return answer_take(r, answer);
}

static err batch_settle(struct run *r)
{
	if (r->batch.count == 0)
		return OK;
	TRY(r->number < r->out->resumed_batches ? batch_skip(r) : batch_send(r));
	import_lane_clear(&r->lane);
	r->batch.count = 0;
	buffer_clear(&r->batch.rows);
	r->number++;
	return OK;
}

static err records_run(struct run *r)
{
	struct import_record record;
	bool end = false;
	for (;;) {
		TRY(r->source->next(r->source->self, &record, &end));
		if (end)
			break;
		r->progress.octets = record.octets;
		TRY(batch_add(r, &record));
		if (batch_is_full(&r->batch))
			TRY(batch_settle(r));
	}
	TRY(batch_settle(r));
	r->out->batches = r->number;
	if (r->number < r->out->resumed_batches)
		FAIL(ERR_CONFLICT, "the service holds more of this job than the source: the source has changed");
	return OK;
}

/* --- the job --- */

/* What makes two imports the same, in one text. The limits are in it because they decide where a batch ends. */
static err job_name(struct run *r, const struct import_map *map)
{
	static const struct uuid name_space = { { 0x4d, 0x1f, 0x2a, 0x0c, 0x6f, 0x0b, 0x5b, 0x0e, 0x9a, 0x3d, 0x61, 0x77, 0xb2, 0xc4, 0x18, 0x05 } };
	SCOPED(buffer) name = { 0 };
	buffer_init(&name, JOB_NAME_BYTES);
	buffer_append_format(&name, "import 1\n%d %d %d\n%.*s\n%.*s\n%.*s\n", IMPORT_BATCH_ROWS, IMPORT_BATCH_BYTES_MAX, ROW_BYTES_MAX,
			     STR_ARG(r->options->environment), STR_ARG(r->plan.table), STR_ARG(r->source->name));
	buffer_append(&name, bytes_of(r->source->digest.b, SHA256_BYTES));
	import_map_write(map, &name);
	if (name.failed)
		FAIL(ERR_LIMIT, "the map is too long");
	r->out->job = uuid5_of(&name_space, buffer_bytes(&name));
	return OK;
}

static err job_start(struct run *r)
{
	const struct json *answer;
	int64_t batches, rejected;
	str state;
	TRY(import_lane_start(&r->lane, r->source, r->options->abandon, &answer));
	if (!json_member_is_i64(answer, S("batches"), &batches) || batches < 0 || !json_member_is_i64(answer, S("rejected"), &rejected) ||
	    rejected < 0 || !json_member_is_str(answer, S("state"), &state))
		FAIL(ERR_INVALID, "the service does not say how far the job is");
	r->out->resumed_batches = (uint64_t)batches;
	r->rejected_known = (uint64_t)rejected;
	r->out->was_complete = str_equal(state, S("finished"));
	import_lane_clear(&r->lane);
	return OK;
}

static err plan(struct run *r, const struct import_map *map)
{
	const struct json *definition;
	TRY(import_lane_definition(&r->lane, r->arena, &definition));
	TRY(import_plan_make(map, r->source->columns, r->source->column_count, definition, r->arena, &r->plan, r->out->problem));
	import_lane_clear(&r->lane);
	TRY(job_name(r, map));
	return import_lane_bind(&r->lane, r->plan.table, &r->out->job);
}

static err job_run(struct run *r)
{
	struct import_map *same = NEW(r->arena, struct import_map);
	const struct import_map *map = r->options->map;
	const struct json *answer;
	TRY_NEW(same);
	if (!map) {
		TRY(import_map_of_columns(r->source->columns, r->source->column_count, same));
		map = same;
	}
	TRY(plan(r, map));
	TRY(job_start(r));
	TRY(records_run(r));
	if (!r->out->was_complete)
		TRY(import_lane_ask(&r->lane, "POST", "/finish", IMPORT_NO_BATCH, (bytes){ 0 }, &answer));
	progress_tell(r);
	r->out->rows_now = r->progress.rows_now;
	return OK;
}

err import_run(const struct import_options *options, const struct import_source *source, struct import_summary *out)
{
	struct arena *arena = arena_new(ARENA_BYTES);
	struct run *r = arena ? NEW(arena, struct run) : NULL;
	*out = (struct import_summary){ 0 };
	if (!r) {
		arena_free(arena);
		FAIL(ERR_LIMIT, "no memory for an import");
	}
	*r = (struct run){ .options = options, .source = source, .out = out, .arena = arena };
	buffer_init(&r->batch.rows, BATCH_BUFFER_BYTES);
	buffer_init(&r->batch.row, ROW_BYTES_MAX);
	err e = import_lane_open(options, out->problem, &r->lane);
	if (!failed(e))
		e = job_run(r);
	import_lane_release(&r->lane);
	buffer_release(&r->batch.rows);
	buffer_release(&r->batch.row);
	arena_free(arena);
	return e;
}
