/* data/import_job.c */
#include "data/import_job.h"

#include "codec/hex.h"
#include "data/answer.h"
#include "data/audit_who.h"
#include "data/sql_catalog.h"

/* --- the audit log --- */

static err tell(struct data_call *dc, const struct import_job *job, const char *op)
{
	char hex[2 * SHA256_BYTES + 1];
	struct audit_event event = audit_who(dc);
	SCOPED(buffer) changes = { 0 };
	buffer_init(&changes, 4096);
	struct json_writer w = json_writer_to(&changes);
	hex_format(bytes_of(job->digest.b, SHA256_BYTES), hex);
	json_open_object(&w);
	json_member_str(&w, S("sourceSha256"), str_of(hex));
	json_member_i64(&w, S("imported"), job->imported);
	json_member_i64(&w, S("rejected"), job->rejected);
	json_close_object(&w);
	event.category = AUDIT_ADMIN;
	event.op = str_of(op);
	event.target_type = S("import");
	event.target_id = uuid_text(dc->arena, &job->id);
	event.target_name = job->source;
	event.target_table = job->table->logical_name;
	event.changes = buffer_str(&changes);
	return audit_emit(dc->app->store, dc->web->now, &event);
}

/* --- rows --- */

err import_job_find(struct data_call *dc, const struct table *t, const struct uuid *id, struct import_job *out, bool *out_found)
{
	SCOPED(statement) s = { 0 };
	TRY(statement_open(dc->app->store, &SQL_IMPORT_JOB_FIND, &s));
	TRY(bind_uuid(&s, 1, id));
	TRY(statement_step(&s, out_found));
	if (!*out_found)
		return OK;
	bytes digest = column_bytes(&s, 1);
	if (digest.len != SHA256_BYTES)
		FAIL(ERR_CORRUPT, "an import job without a digest");
	if (column_i64(&s, 0) != t->ordinal)
		return REFUSE(dc, 409, CODE_DUPLICATE_KEY, "This job brings rows into another table.");
	*out = (struct import_job){ .id = *id, .table = t, .state = (enum import_state)column_i64(&s, 2),
				    .batches = column_i64(&s, 3), .imported = column_i64(&s, 4), .rejected = column_i64(&s, 5),
				    .source = str_copy(dc->arena, column_text(&s, 6)) };
	memcpy(out->digest.b, digest.at, SHA256_BYTES);
	TRY_NEW(out->source.at);
	return OK;
}

static err state_set(struct data_call *dc, struct import_job *job, enum import_state state)
{
	SCOPED(statement) s = { 0 };
	TRY(statement_open(dc->app->store, &SQL_IMPORT_JOB_STATE, &s));
	TRY(bind_uuid(&s, 1, &job->id));
	TRY(bind_i64(&s, 2, state));
	TRY(bind_i64(&s, 3, dc->web->now.ms));
	TRY(statement_run_one(&s));
	job->state = state;
	return OK;
}

err import_job_count(struct data_call *dc, struct import_job *job, int64_t imported, int64_t rejected)
{
	SCOPED(statement) s = { 0 };
	TRY(statement_open(dc->app->store, &SQL_IMPORT_JOB_COUNT, &s));
	TRY(bind_uuid(&s, 1, &job->id));
	TRY(bind_i64(&s, 2, imported));
	TRY(bind_i64(&s, 3, rejected));
	TRY(bind_i64(&s, 4, dc->web->now.ms));
	TRY(statement_run_one(&s));
	job->batches++;
	job->imported += imported;
	job->rejected += rejected;
	return OK;
}

static err insert(struct data_call *dc, const struct import_job *job)
{
	SCOPED(statement) s = { 0 };
	TRY(statement_open(dc->app->store, &SQL_IMPORT_JOB_INSERT, &s));
	TRY(bind_uuid(&s, 1, &job->id));
	TRY(bind_i64(&s, 2, job->table->ordinal));
	TRY(bind_text(&s, 3, job->source));
	TRY(bind_bytes(&s, 4, bytes_of(job->digest.b, SHA256_BYTES)));
	TRY(bind_i64(&s, 5, dc->web->now.ms));
	return statement_run(&s);
}

/* --- start --- */

static err unfinished_find(struct data_call *dc, const struct import_job *wish, struct uuid *out, bool *out_found)
{
	SCOPED(statement) s = { 0 };
	TRY(statement_open(dc->app->store, &SQL_IMPORT_JOB_UNFINISHED, &s));
	TRY(bind_i64(&s, 1, wish->table->ordinal));
	TRY(bind_text(&s, 2, wish->source));
	TRY(bind_uuid(&s, 3, &wish->id));
	TRY(statement_step(&s, out_found));
	if (*out_found)
		*out = column_uuid(&s, 0);
	return OK;
}

static err others_settle(struct data_call *dc, const struct import_job *wish, bool abandon_other)
{
	struct uuid id;
	struct import_job other;
	bool found;
	for (;;) {
		TRY(unfinished_find(dc, wish, &id, &found));
		if (!found)
			return OK;
		TRY(import_job_find(dc, wish->table, &id, &other, &found));
		if (!found)
			FAIL(ERR_CORRUPT, "an import job that is not there");
		if (!abandon_other)
			return REFUSE(dc, 409, CODE_DUPLICATE_KEY,
				      "An import of '%.*s' is unfinished, with %lld rows in, and the file or the map has changed since.",
				      STR_ARG(wish->source), (long long)other.imported);
		TRY(state_set(dc, &other, IMPORT_ABANDONED));
		TRY(tell(dc, &other, "import.abandon"));
	}
}

static err start(struct data_call *dc, struct import_job *wish, bool abandon_other)
{
	struct import_job known;
	bool found;
	TRY(import_job_find(dc, wish->table, &wish->id, &known, &found));
	if (found && (memcmp(known.digest.b, wish->digest.b, SHA256_BYTES) != 0 || !str_equal(known.source, wish->source)))
		return REFUSE(dc, 409, CODE_DUPLICATE_KEY, "This job reads '%.*s', which has changed since.", STR_ARG(known.source));
	if (!found || known.state == IMPORT_ABANDONED)
		TRY(others_settle(dc, wish, abandon_other));
	if (found) {
		*wish = known;
		return known.state == IMPORT_ABANDONED ? state_set(dc, wish, IMPORT_RUNNING) : OK;
	}
	wish->state = IMPORT_RUNNING;
	TRY(insert(dc, wish));
	return tell(dc, wish, "import.start");
}

err import_job_start(struct data_call *dc, struct import_job *wish, bool abandon_other)
{
	SCOPED(transaction) tx = { 0 };
	TRY(transaction_begin(dc->app->store, &tx));
	TRY(start(dc, wish, abandon_other));
	return transaction_commit(&tx);
}

/* --- finish --- */

err import_job_finish(struct data_call *dc, struct import_job *job)
{
	SCOPED(transaction) tx = { 0 };
	if (job->state == IMPORT_FINISHED)
		return OK;
	TRY(transaction_begin(dc->app->store, &tx));
	TRY(state_set(dc, job, IMPORT_FINISHED));
	TRY(tell(dc, job, "import.finish"));
	return transaction_commit(&tx);
}

void import_job_answer(struct data_call *dc, const struct import_job *job)
{
	static const char *const states[] = { [IMPORT_RUNNING] = "running", [IMPORT_FINISHED] = "finished",
					      [IMPORT_ABANDONED] = "abandoned" };
	struct json_writer w = answer_json(dc, 200);
	json_open_object(&w);
	json_member_uuid(&w, S("job"), &job->id);
	json_member_str(&w, S("state"), str_of(states[job->state]));
	json_member_i64(&w, S("batches"), job->batches);
	json_member_i64(&w, S("imported"), job->imported);
	json_member_i64(&w, S("rejected"), job->rejected);
	json_close_object(&w);
}
