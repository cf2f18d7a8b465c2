/* The logs of a recorder: finding, making, opening. */
#include <stdio.h>
#include <stdlib.h>

#include "audit/event.h"
#include "audit/recorder_internal.h"
#include "audit/sql_catalog.h"
#include "host/log.h"

static const struct uuid nil = { { 0 } };

const struct uuid *recorder_log_id(const struct recorder_log *log)
{
	return &log->id;
}

int64_t recorder_log_first_row(const struct recorder_log *log)
{
	return log->number << RECORDER_SEQ_BITS;
}

struct recorder_log *recorder_log_at(struct recorder *recorder, size_t index)
{
	return index < recorder->log_count ? recorder->logs[index] : NULL;
}

err recorder_keeper_state(struct recorder *recorder, const struct recorder_log *log, struct checkpoint_state *out)
{
	return keys_checkpoint_state(recorder->keys, &log->id, out);
}

bool recorder_log_is_durable(const struct recorder_log *log)
{
	return log->files && audit_log_state(log->files) == LOG_GOOD && log->queued == 0;
}

/* --- numbers in audit.db --- */

static err look_up_number(struct recorder_log *log)
{
	SCOPED(statement) find = { 0 };
	bool row;
	TRY(statement_open(log->recorder->store, &SQL_LOG_NUMBER, &find));
	TRY(bind_uuid(&find, 1, &log->id));
	TRY(statement_step(&find, &row));
	if (row)
		log->number = column_i64(&find, 0);
	return OK;
}

err recorder_log_number(struct recorder_log *log)
{
	SCOPED(statement) make = { 0 };
	if (log->number)
		return OK;
	TRY(statement_open(log->recorder->store, &SQL_LOG_INSERT, &make));
	TRY(bind_uuid(&make, 1, &log->id));
	TRY(statement_run(&make));
	TRY(look_up_number(log));
	if (log->number <= 0)
		FAIL(ERR_INTERNAL, "a log without a number");
	return OK;
}

static err count_rows(struct recorder_log *log, uint64_t *out)
{
	SCOPED(statement) last = { 0 };
	bool row;
	*out = 0;
	if (!log->recorder->store)
		return OK;
	TRY(look_up_number(log));
	if (log->number == 0)
		return OK;
	TRY(statement_open(log->recorder->store, &SQL_EVENT_LAST, &last));
	TRY(bind_i64(&last, 1, recorder_log_first_row(log)));
	TRY(bind_i64(&last, 2, recorder_log_first_row(log) + ((int64_t)1 << RECORDER_SEQ_BITS) - 1));
	TRY(statement_step(&last, &row));
	if (row)
		*out = (uint64_t)(column_i64(&last, 0) - recorder_log_first_row(log)) + 1;
	return OK;
}

/* --- opening --- */

static err recall(void *self, uint64_t seq, const struct sha256 *chain, uint8_t out[static ENTRY_BYTES])
{
	struct recorder_log *log = self;
	SCOPED(statement) find = { 0 };
	bool row;
	TRY(statement_open(log->recorder->store, &SQL_EVENT_ENTRY, &find));
	TRY(bind_i64(&find, 1, recorder_log_first_row(log) + (int64_t)seq));
	TRY(statement_step(&find, &row));
	if (!row || column_bytes(&find, 5).len != ENTRY_SALT_BYTES)
		FAIL(ERR_CORRUPT, "audit.db lacks an event that it must have");
	struct entry entry = { .seq = seq, .time_ms = (uint64_t)column_i64(&find, 1), .event_id = column_uuid(&find, 0),
			       .category = (uint8_t)column_i64(&find, 2), .severity = (uint8_t)column_i64(&find, 3),
			       .chain = *chain };
	entry.commitment = entry_commitment(column_bytes(&find, 5).at, column_bytes(&find, 4));
	entry_tag(&log->recorder->tenant, &log->environment, entry.tag);
	entry_encode(&entry, out);
	return OK;
}

static void say_corrupt(struct recorder_log *log)
{
	struct recorder *recorder = log->recorder;
	struct recorder_log *own = recorder->logs[0];
	char id[UUID_TEXT_LEN + 1];
	if (log->corrupt_said)
		return;
	log->corrupt_said = true;
	uuid_format(&log->id, id);
	struct audit_event event = {
		.category = AUDIT_OPERATOR, .op = S("log.corrupt"), .result = AUDIT_FAILURE, .severity = AUDIT_EMERGENCY,
		.reason = S("log_corrupt"), .actor_type = AUDIT_ACTOR_SYSTEM, .actor_id = S("recorder"),
		.target_type = S("log"), .target_id = { id, UUID_TEXT_LEN }, .target_name = str_of(audit_log_why(log->files)),
	};
	if (log != own)
		recorder_emit(recorder, own, &event);
}

static err open_files(struct recorder_log *log)
{
	struct recorder *recorder = log->recorder;
	char origin[340], folder[LOG_PATH_MAX], id[UUID_TEXT_LEN + 1];
	uint64_t rows;
	uuid_format(&log->id, id);
	snprintf(origin, sizeof origin, "audit.%s/%s", recorder->host, id);
	snprintf(folder, sizeof folder, "%s/%s", recorder->folder, id);
	TRY(count_rows(log, &rows));
	struct log_options options = { .keys = recorder->keys, .id = log->id, .origin = str_of(origin), .folder = folder,
				       .row_count = rows, .recall = recall, .recall_self = log };
	TRY(audit_log_open(&options, &log->files));
	if (audit_log_state(log->files) == LOG_CORRUPT)
		say_corrupt(log);
	return OK;
}

struct audit_log *recorder_log_files(struct recorder *recorder, struct recorder_log *log)
{
	(void)recorder;
	if (!log->files) {
		err e = open_files(log);
		if (failed(e))
			log_err("opening a log", e);
	} else if (audit_log_state(log->files) == LOG_CORRUPT) {
		say_corrupt(log);
	}
	return log->files;
}

void recorder_log_close(struct recorder_log *log)
{
	audit_log_close(log->files);
	log->files = NULL;
}

/* --- finding --- */

static struct recorder_log *known(struct recorder *recorder, const struct uuid *id)
{
	for (size_t i = 0; i < recorder->log_count; i++)
		if (uuid_equal(&recorder->logs[i]->id, id))
			return recorder->logs[i];
	return NULL;
}

static err add_log(struct recorder *recorder, const struct uuid *id, struct recorder_log **out)
{
	if (recorder->log_count == RECORDER_LOGS_MAX)
		FAIL(ERR_LIMIT, "too many logs");
	struct recorder_log *log = calloc(1, sizeof *log);
	if (!log)
		FAIL(ERR_LIMIT, "no memory for a log");
	log->recorder = recorder;
	log->id = *id;
	if (!uuid_equal(id, &recorder->tenant))
		log->environment = *id;
	buffer_init(&log->entries, RECORDER_QUEUE_MAX * ENTRY_BYTES);
	recorder->logs[recorder->log_count++] = log;
	*out = log;
	return OK;
}

err recorder_log_for(struct recorder *recorder, const struct uuid *environment, struct recorder_log **out)
{
	const struct uuid *id = uuid_is_nil(environment) ? &recorder->tenant : environment;
	*out = known(recorder, id);
	if (*out)
		return OK;
	return add_log(recorder, id, out);
}

err recorder_log_load_all(struct recorder *recorder)
{
	SCOPED(statement) list = { 0 };
	struct recorder_log *log;
	bool row;
	if (!recorder->store)
		return OK;
	TRY(statement_open(recorder->store, &SQL_LOG_LIST, &list));
	for (;;) {
		TRY(statement_step(&list, &row));
		if (!row)
			return OK;
		struct uuid id = column_uuid(&list, 0);
		if (!known(recorder, &id))
			TRY(add_log(recorder, &id, &log));
	}
}

err recorder_log_find(struct recorder *recorder, const struct uuid *id, struct recorder_log **out)
{
	*out = known(recorder, id);
	if (!*out) {
		TRY(recorder_log_load_all(recorder));
		*out = known(recorder, id);
	}
	if (!*out)
		FAIL(ERR_NOT_FOUND, "no such log");
	return OK;
}

/* The tenant's own log is always there, and is the first. */
static err begin(struct recorder *recorder)
{
	struct recorder_log *own;
	return recorder_log_for(recorder, &nil, &own);
}

err recorder_new(const struct recorder_options *options, struct recorder **out)
{
	struct recorder *recorder = calloc(1, sizeof *recorder);
	if (!recorder)
		FAIL(ERR_LIMIT, "no memory for the recorder");
	recorder->store = options->store;
	recorder->keys = options->keys;
	recorder->tenant = options->tenant;
	recorder->clock = options->clock;
	snprintf(recorder->host, sizeof recorder->host, "%.*s", STR_ARG(options->host));
	recorder->arena = arena_new(RECORDER_ARENA_BYTES);
	err e = recorder->arena ? OK : ERR(ERR_LIMIT, "no memory for the recorder's queue");
	if (snprintf(recorder->folder, sizeof recorder->folder, "%s", options->folder) >= (int)sizeof recorder->folder)
		e = ERR(ERR_LIMIT, "path too long");
	if (!failed(e))
		e = begin(recorder);
	if (failed(e)) {
		recorder_free(recorder);
		return e;
	}
	*out = recorder;
	return OK;
}

void recorder_free(struct recorder *recorder)
{
	if (!recorder)
		return;
	for (size_t i = 0; i < recorder->log_count; i++) {
		recorder_log_close(recorder->logs[i]);
		buffer_release(&recorder->logs[i]->entries);
		free(recorder->logs[i]);
	}
	arena_free(recorder->arena);
	free(recorder);
}

void recorder_set_store(struct recorder *recorder, struct store *store)
{
	recorder->store = store;
	for (size_t i = 0; i < recorder->log_count; i++)
		if (recorder->logs[i]->files && audit_log_state(recorder->logs[i]->files) == LOG_GOOD)
			recorder_log_close(recorder->logs[i]);
}

struct store *recorder_store(const struct recorder *recorder)
{
	return recorder->store;
}
