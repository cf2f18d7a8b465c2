/* Queue, commit, append, sign. */
#include "audit/recorder.h"

#include "audit/event.h"
#include "audit/recorder_internal.h"
#include "audit/sql_catalog.h"
#include "host/fault.h"
#include "host/log.h"
#include "host/random.h"

const struct sql_migration *const recorder_migrations = audit_migrations;
const size_t recorder_migration_count = AUDIT_MIGRATION_COUNT;

size_t recorder_queued(const struct recorder *recorder)
{
	return recorder->queued;
}

bool recorder_is_due(const struct recorder *recorder)
{
	return recorder->queued >= RECORDER_BATCH_EVENTS || recorder->queued_bytes >= RECORDER_BATCH_BYTES;
}

err recorder_add(struct recorder *recorder, struct recorder_log *log, bytes draft)
{
	if (log->files && audit_log_state(log->files) == LOG_CORRUPT)
		FAIL(ERR_CORRUPT, "the log has stopped");
	if (recorder->queued == RECORDER_QUEUE_MAX || draft.len > EVENT_DRAFT_BYTES_MAX)
		FAIL(ERR_LIMIT, "the recorder's queue is full");
	bytes kept = bytes_copy(recorder->arena, draft);
	TRY_NEW(kept.at);
	recorder->queue[recorder->queued++] = (struct queued_event){ log, kept };
	recorder->queued_bytes += kept.len;
	log->queued++;
	return OK;
}

static err draft_own(struct recorder *recorder, const struct audit_event *event, struct buffer *to)
{
	struct instant now = clock_now(recorder->clock);
	uint8_t random[16];
	random_bytes(random, sizeof random);
	struct uuid id = uuid_v7_from(random, now.ms);
	return event_draft(event, &id, now, to);
}

void recorder_emit(struct recorder *recorder, struct recorder_log *log, const struct audit_event *event)
{
	struct buffer draft;
	buffer_init(&draft, EVENT_DRAFT_BYTES_MAX);
	err e = draft_own(recorder, event, &draft);
	if (!failed(e))
		e = recorder_add(recorder, log, buffer_bytes(&draft));
	buffer_release(&draft);
	if (failed(e))
		log_err("the recorder's own event", e);
}

/* --- one event --- */

struct prepared {
	struct event_facts facts;
	struct entry entry;
	uint8_t salt[ENTRY_SALT_BYTES];
	bytes body;
};

static err refused_in_place_of(struct recorder *recorder, struct arena *arena, const struct json **out_tree,
			       struct event_facts *out)
{
	static const struct audit_event event = {
		.category = AUDIT_ADMIN, .op = { "refuse.event", 12 }, .result = AUDIT_FAILURE, .severity = AUDIT_CRITICAL,
		.reason = { "malformed", 9 }, .actor_type = AUDIT_ACTOR_SYSTEM, .actor_id = { "recorder", 8 },
		.target_type = { "event", 5 },
	};
	struct buffer draft;
	log_line(LOG_ERROR, "a producer sent what is not an event: noted in its place");
	buffer_init(&draft, EVENT_DRAFT_BYTES_MAX);
	err e = draft_own(recorder, &event, &draft);
	bytes kept = failed(e) ? (bytes){ 0 } : bytes_copy(arena, buffer_bytes(&draft));
	buffer_release(&draft);
	TRY(e);
	TRY_NEW(kept.at);
	return event_parse(kept, arena, out_tree, out);
}

static err seal(struct recorder *recorder, struct recorder_log *log, bytes draft, struct instant now, struct arena *arena,
		struct prepared *out)
{
	const struct json *tree;
	struct event_place place = { .log = audit_log_origin(log->files), .seq = log->tip.seq, .received = now,
				     .tenant = &recorder->tenant, .environment = &log->environment };
	err e = event_parse(draft, arena, &tree, &out->facts);
	if (!failed(e))
		e = event_seal(tree, &place, arena, &out->body);
	if (!failed(e))
		return OK;
	TRY(refused_in_place_of(recorder, arena, &tree, &out->facts));
	return event_seal(tree, &place, arena, &out->body);
}

static err prepare(struct recorder *recorder, const struct queued_event *queued, struct arena *arena, struct prepared *out)
{
	struct recorder_log *log = queued->log;
	struct instant now = clock_now(recorder->clock);
	if (now.ms < (int64_t)log->tip.time_ms_min) /* the clock went back: the log does not */
		now.ms = (int64_t)log->tip.time_ms_min;
	TRY(seal(recorder, log, queued->draft, now, arena, out));
	random_bytes(out->salt, sizeof out->salt);
	out->entry = (struct entry){ .seq = log->tip.seq, .time_ms = (uint64_t)now.ms, .event_id = out->facts.id,
				     .category = (uint8_t)out->facts.category, .severity = (uint8_t)out->facts.severity,
				     .commitment = entry_commitment(out->salt, out->body), .chain = log->tip.chain };
	entry_tag(&recorder->tenant, &log->environment, out->entry.tag);
	return OK;
}

static err is_known(struct recorder_log *log, const struct uuid *id, bool *out)
{
	SCOPED(statement) find = { 0 };
	TRY(statement_open(log->recorder->store, &SQL_EVENT_KNOWN, &find));
	TRY(bind_uuid(&find, 1, id));
	TRY(bind_i64(&find, 2, log->number));
	return statement_step(&find, out);
}

static err insert(struct recorder_log *log, const struct prepared *p)
{
	SCOPED(statement) add = { 0 };
	TRY(statement_open(log->recorder->store, &SQL_EVENT_INSERT, &add));
	TRY(bind_i64(&add, 1, recorder_log_first_row(log) + (int64_t)p->entry.seq));
	TRY(bind_uuid(&add, 2, &p->facts.id));
	TRY(bind_i64(&add, 3, p->facts.time.ms));
	TRY(bind_i64(&add, 4, (int64_t)p->entry.time_ms));
	TRY(bind_i64(&add, 5, p->facts.category));
	TRY(bind_text(&add, 6, p->facts.op));
	TRY(bind_i64(&add, 7, p->facts.result));
	TRY(bind_i64(&add, 8, p->facts.severity));
	TRY(bind_text(&add, 9, p->facts.actor_id));
	TRY(bind_text(&add, 10, p->facts.target_type));
	TRY(bind_text(&add, 11, p->facts.target_id));
	TRY(bind_bytes(&add, 12, p->body));
	TRY(bind_bytes(&add, 13, bytes_of(p->salt, sizeof p->salt)));
	return statement_run(&add);
}

static err record_one(struct recorder *recorder, const struct queued_event *queued, struct arena *arena)
{
	struct recorder_log *log = queued->log;
	struct prepared p = { 0 };
	uint8_t raw[ENTRY_BYTES];
	bool known;
	TRY(prepare(recorder, queued, arena, &p));
	TRY(recorder_log_number(log));
	TRY(is_known(log, &p.facts.id, &known));
	if (known)
		return OK;
	TRY(insert(log, &p));
	FAULT("audit.record.inserted");
	entry_encode(&p.entry, raw);
	buffer_append(&log->entries, bytes_of(raw, sizeof raw));
	if (log->entries.failed)
		FAIL(ERR_LIMIT, "no memory for entries");
	log->tip = log_tip_after(raw);
	return OK;
}

/* --- a batch --- */

/* Events of a log that has stopped leave the queue: their producers hear of no success and keep them. */
static void drop_stopped(struct recorder *recorder)
{
	size_t kept = 0;
	for (size_t i = 0; i < recorder->queued; i++) {
		struct queued_event *q = &recorder->queue[i];
		if (q->log->files && audit_log_state(q->log->files) == LOG_CORRUPT)
			q->log->queued--;
		else
			recorder->queue[kept++] = *q;
	}
	recorder->queued = kept;
}

/* A log that cannot be opened now (no keeper, or none of its tenant's) keeps its events waiting, and nobody else's. */
static err open_logs(struct recorder *recorder, size_t *out_ready)
{
	err why = OK;
	*out_ready = 0;
	for (size_t i = 0; i < recorder->queued; i++) { /* say_corrupt may add an event behind */
		struct recorder_log *log = recorder->queue[i].log;
		if (!log->files && !recorder_log_files(recorder, log)) {
			why = ERR(ERR_UNAVAILABLE, "a log cannot be opened now");
			continue;
		}
		log->tip = audit_log_tip(log->files);
		buffer_clear(&log->entries);
	}
	drop_stopped(recorder);
	for (size_t i = 0; i < recorder->queued; i++)
		*out_ready += recorder->queue[i].log->files != NULL;
	return why;
}

static err commit(struct recorder *recorder)
{
	SCOPED(transaction) tx = { 0 };
	struct arena *arena = arena_new((size_t)8 << 20);
	err e = arena ? OK : ERR(ERR_LIMIT, "no memory for a batch");
	FAULT("audit.record.begin");
	if (!failed(e))
		e = transaction_begin(recorder->store, &tx);
	for (size_t i = 0; i < recorder->queued && !failed(e); i++) {
		if (!recorder->queue[i].log->files)
			continue;
		e = record_one(recorder, &recorder->queue[i], arena);
		arena_reset(arena);
	}
	arena_free(arena);
	TRY(e);
	FAULT("audit.record.before_commit");
	TRY(transaction_commit(&tx));
	FAULT("audit.record.committed");
	return OK;
}

/* The batch is safe in audit.db; a log whose files cannot be written now is opened again later, and completed from there. */
static void append(struct recorder *recorder)
{
	for (size_t i = 0; i < recorder->log_count; i++) {
		struct recorder_log *log = recorder->logs[i];
		if (log->queued == 0 || !log->files)
			continue;
		size_t count = log->entries.len / ENTRY_BYTES;
		log->queued = 0;
		if (count == 0)
			continue;
		err e = audit_log_append(log->files, (const uint8_t(*)[ENTRY_BYTES])(void *)log->entries.at, count);
		buffer_clear(&log->entries);
		if (failed(e)) {
			log_err("appending to a log", e);
			recorder_log_close(log);
		}
	}
}

/* A log's number may have been given in the transaction that was rolled back. */
static void forget_numbers(struct recorder *recorder)
{
	for (size_t i = 0; i < recorder->queued; i++) {
		recorder->queue[i].log->number = 0;
		recorder_log_close(recorder->queue[i].log);
	}
}

/* What stays in the queue moves to a fresh arena, so that one log that waits does not hold the drafts of all others. */
static err keep_waiting(struct recorder *recorder)
{
	struct arena *fresh = arena_new(RECORDER_ARENA_BYTES);
	size_t kept = 0;
	if (!fresh)
		FAIL(ERR_LIMIT, "no memory for the recorder's queue");
	recorder->queued_bytes = 0;
	for (size_t i = 0; i < recorder->queued; i++) {
		struct queued_event q = recorder->queue[i];
		if (q.log->queued == 0) /* recorded */
			continue;
		q.draft = bytes_copy(fresh, q.draft);
		recorder->queued_bytes += q.draft.len;
		recorder->queue[kept++] = q;
	}
	recorder->queued = kept;
	arena_free(recorder->arena);
	recorder->arena = fresh;
	return OK;
}

err recorder_flush(struct recorder *recorder)
{
	size_t ready;
	if (recorder->queued == 0)
		return OK;
	if (!recorder->store)
		FAIL(ERR_CORRUPT, "audit.db cannot be opened");
	err why = open_logs(recorder, &ready);
	err e = ready ? commit(recorder) : OK;
	if (failed(e)) {
		forget_numbers(recorder);
		return e;
	}
	append(recorder);
	TRY(keep_waiting(recorder));
	FAULT("audit.record.done");
	return why;
}

bool recorder_is_signed(const struct recorder *recorder)
{
	for (size_t i = 0; i < recorder->log_count; i++) {
		const struct audit_log *files = recorder->logs[i]->files;
		if (files && audit_log_state(files) == LOG_GOOD && audit_log_signed_size(files) < audit_log_size(files))
			return false;
	}
	return true;
}

bool recorder_checkpoint(struct recorder *recorder)
{
	for (size_t i = 0; i < recorder->log_count; i++) {
		struct recorder_log *log = recorder->logs[i];
		if (!log->files || audit_log_state(log->files) != LOG_GOOD)
			continue;
		err e = audit_log_checkpoint(log->files);
		if (!failed(e))
			continue;
		log_err("checkpoint", e);
		if (audit_log_state(log->files) == LOG_CORRUPT)
			recorder_log_files(recorder, log); /* says so */
		else
			recorder_log_close(log);
	}
	return recorder_is_signed(recorder);
}
