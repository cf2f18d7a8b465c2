/* cli/import_lane.c */
#include "cli/import_lane.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>

#include "base/buffer.h"
#include "codec/hex.h"
#include "codec/json_write.h"
#include "codec/url.h"
#include "host/clock.h"

enum { ANSWER_ARENA_BYTES = 16 << 20, LANE_ARENA_BYTES = 64 * 1024, PATIENCE_STANDARD_S = 30, PATIENCE_FIRST_S = 2, AGAIN_MS = 50, ANSWER_VALUES_MAX = 500000,
       START_BYTES_MAX = 8192,
       PATH_BYTES_MAX = 8192 };

err import_lane_open(const struct import_options *options, char *problem, struct import_lane *out)
{
	*out = (struct import_lane){ .options = options, .problem = problem, .answer = arena_new(ANSWER_ARENA_BYTES),
				     .arena = arena_new(LANE_ARENA_BYTES), .began_ns = clock_monotonic_ns(&clock_system) };
	buffer_init(&out->path, PATH_BYTES_MAX);
	if (!out->answer || !out->arena)
		FAIL(ERR_LIMIT, "no memory for an import");
	out->environment = url_encode(out->arena, options->environment);
	TRY_NEW(out->environment.at);
	return OK;
}

void import_lane_release(struct import_lane *lane)
{
	arena_free(lane->answer);
	arena_free(lane->arena);
	buffer_release(&lane->path);
	*lane = (struct import_lane){ 0 };
}

void import_lane_clear(struct import_lane *lane)
{
	arena_reset(lane->answer);
}

int64_t import_lane_ms(const struct import_lane *lane)
{
	return (clock_monotonic_ns(&clock_system) - lane->began_ns) / 1000000;
}

/* --- one request --- */

struct asked {
	const char *method;
	str path, type;
	bytes body;
};

static bool is_away(int status)
{
	return status == 429 || (status >= 502 && status <= 504);
}

/* A service that has never answered is more likely not running than starting again. */
static int64_t patience_ms(const struct import_lane *lane)
{
	int seconds = lane->options->patience_s ? lane->options->patience_s : PATIENCE_STANDARD_S;
	return 1000LL * (lane->answered || seconds < PATIENCE_FIRST_S ? seconds : PATIENCE_FIRST_S);
}

/* Sends until something else than "away" comes back. */
static err answered(struct import_lane *lane, const struct asked *q, int *out_status, bytes *out_body)
{
	int64_t since_ms = import_lane_ms(lane);
	for (;;) {
		arena_reset(lane->answer);
		err e = cli_http(&lane->options->target, str_of(q->method), q->path, q->type, q->body, lane->answer, out_status, out_body);
		lane->answered |= !failed(e);
		if (!failed(e) && !is_away(*out_status))
			return OK;
		if (failed(e) && err_kind_of(e) != ERR_UNAVAILABLE)
			return e;
		if (import_lane_ms(lane) - since_ms > patience_ms(lane))
			return failed(e) ? e : ERR(ERR_UNAVAILABLE, "the environment does not answer");
		if (lane->options->sink.waiting)
			lane->options->sink.waiting(lane->options->sink.self, failed(e) ? err_why(e) : "the environment starts again");
		(void)poll(NULL, 0, AGAIN_MS);
	}
}

/* It will stand on a terminal, where controls would do something. */
static void problem_keep(struct import_lane *lane, int status, str message)
{
	if (message.len)
		(void)snprintf(lane->problem, IMPORT_PROBLEM_BYTES_MAX, "%.*s", STR_ARG(message));
	else
		(void)snprintf(lane->problem, IMPORT_PROBLEM_BYTES_MAX, "status %d", status);
	for (char *c = lane->problem; *c; c++) {
		bool c1 = (unsigned char)c[0] == 0xc2 && (unsigned char)c[1] < 0xa0;
		if ((unsigned char)*c < 0x20 || *c == 0x7f || c1)
			*c = '?';
	}
}

/* The Web API says {"error":{"message"}}, problem details {"detail"} or {"title"}. */
static err refused(struct import_lane *lane, int status, const struct json *answer)
{
	str message = S("");
	if (!json_member_is_str(json_member(answer, S("error")), S("message"), &message) &&
	    !json_member_is_str(answer, S("detail"), &message))
		(void)json_member_is_str(answer, S("title"), &message);
	problem_keep(lane, status, message);
	switch (status) {
	case 404:
		FAIL(ERR_NOT_FOUND, "there is no such environment or table");
	case 409:
		FAIL(ERR_CONFLICT, "the job is not what it was");
	case 507:
		FAIL(ERR_FULL, "no room on the service's disk");
	default:
		FAIL(ERR_DENIED, "the service refused the import");
	}
}

static err ask(struct import_lane *lane, const struct asked *q, const struct json **out)
{
	struct json_limits limits = { .depth_max = 32, .values_max = ANSWER_VALUES_MAX };
	int status = 0;
	bytes body = { 0 };
	*out = NULL;
	TRY_NEW(q->path.at);
	TRY(answered(lane, q, &status, &body));
	err e = body.len ? json_parse(body, limits, lane->answer, out, NULL) : OK;
	if (status >= 400)
		return refused(lane, status, *out);
	return e;
}

/* --- what is asked --- */

/* The table by either of its names; the Web API's own answer says which columns there are. */
err import_lane_definition(struct import_lane *lane, struct arena *arena, const struct json **out)
{
	static const char select[] = "LogicalName,EntitySetName&$expand=Attributes($select=LogicalName,AttributeType,IsValidForCreate)";
	struct json_limits limits = { .depth_max = 32, .values_max = ANSWER_VALUES_MAX };
	struct asked q = { .method = "GET" };
	str name = lane->options->table;
	int status = 0;
	bytes body = { 0 };
	if (name.len == 0 || name.len > IMPORT_NAME_BYTES_MAX || str_find_char(name, '\'', 0) != SIZE_MAX)
		FAIL(ERR_NOT_FOUND, "there is no such table");
	str encoded = url_encode(arena, name);
	TRY_NEW(encoded.at);
	q.path = str_format(arena, "/e/%.*s/api/data/v9.2/EntityDefinitions?$filter=LogicalName%%20eq%%20'%.*s'%%20or%%20EntitySetName%%20eq"
			    "%%20'%.*s'&$select=%s", STR_ARG(lane->environment), STR_ARG(encoded), STR_ARG(encoded), select);
	TRY_NEW(q.path.at);
	TRY(answered(lane, &q, &status, &body));
	const struct json *answer = NULL;
	err e = json_parse(body, limits, arena, &answer, NULL);
	if (status >= 400)
		return refused(lane, status, answer);
	TRY(e);
	const struct json *list = json_member(answer, S("value"));
	if (!json_is(list, JSON_ARRAY) || list->count != 1) {
		(void)snprintf(lane->problem, IMPORT_PROBLEM_BYTES_MAX, "the environment has no table '%.*s'", STR_ARG(name));
		FAIL(ERR_NOT_FOUND, "there is no such table");
	}
	*out = list->first;
	return OK;
}

err import_lane_bind(struct import_lane *lane, str table, const struct uuid *job)
{
	lane->table = url_encode(lane->arena, table);
	lane->job = *job;
	TRY_NEW(lane->table.at);
	return OK;
}

static str path_of(struct import_lane *lane, const char *verb, uint64_t batch)
{
	char job[UUID_TEXT_LEN + 1];
	uuid_format(&lane->job, job);
	buffer_clear(&lane->path);
	buffer_append_format(&lane->path, "/e/%.*s/import/v1/%.*s%s?job=%s", STR_ARG(lane->environment), STR_ARG(lane->table), verb, job);
	if (batch != IMPORT_NO_BATCH)
		buffer_append_format(&lane->path, "&batch=%" PRIu64, batch);
	if (lane->path.failed)
		return (str){ 0 };
	return buffer_str(&lane->path);
}

err import_lane_ask(struct import_lane *lane, const char *method, const char *verb, uint64_t batch, bytes body, const struct json **out)
{
	struct asked q = { .method = method, .path = path_of(lane, verb, batch), .type = body.len ? S("application/json") : S(""), .body = body };
	return ask(lane, &q, out);
}

err import_lane_start(struct import_lane *lane, const struct import_source *source, bool abandon, const struct json **out)
{
	char hex[2 * SHA256_BYTES + 1];
	SCOPED(buffer) body = { 0 };
	buffer_init(&body, START_BYTES_MAX);
	struct json_writer w = json_writer_to(&body);
	hex_format(bytes_of(source->digest.b, SHA256_BYTES), hex);
	json_open_object(&w);
	json_member_str(&w, S("source"), source->name);
	json_member_str(&w, S("digest"), str_of(hex));
	json_member_bool(&w, S("abandon"), abandon);
	json_close_object(&w);
	if (body.failed)
		FAIL(ERR_LIMIT, "the source's name is too long");
	return import_lane_ask(lane, "POST", "/start", IMPORT_NO_BATCH, buffer_bytes(&body), out);
}
