/* Calls the /v1.0 surface as the runtime would: dispatch, and for a parked call the hasher's part with real argon2id. */
#ifndef DIRECTORY_API_H
#define DIRECTORY_API_H

#include "fixture.h"

#include "crypto/password.h"
#include "directory/hash_queue.h"
#include "ipc/channel.h"
#include "ipc/hasher_message.h"
#include "web/route.h"

struct answer {
	int status;
	str body; /* NUL-terminated, in the fixture's arena */
	const struct json *json; /* null without one */
	bool parked;
};

struct api {
	struct fixture *f;
	enum web_lane lane;
	str bearer;       /* of the public lane */
	int hasher;       /* the hasher's end; -1: away */
	bool finished;
};

static inline void api_finished(struct web_call *call)
{
	struct api *api = call->runtime;
	api->finished = true;
}

/* What the hasher process does with one request. */
static inline void api_hash_once(struct api *api)
{
	uint8_t raw[2048];
	size_t len = 0;
	struct hasher_request q;
	struct hasher_answer a = { .version = HASHER_MESSAGE_VERSION, .result = HASHER_DONE };
	bool matches = false, outdated = false;

	must(channel_receive(api->hasher, raw, sizeof raw, &len, NULL));
	must(hasher_request_decode(bytes_of(raw, len), &q));
	bytes password = bytes_of(q.password, q.password_len);
	a.correlation = q.correlation;
	if (q.kind == HASHER_HASH) {
		char phc[PASSWORD_PHC_MAX];
		must(password_hash(PASSWORD_STANDARD, password, phc));
		a.phc_len = (uint16_t)strlen(phc);
		memcpy(a.phc, phc, a.phc_len);
	} else if (q.kind == HASHER_VERIFY) {
		must(password_verify(PASSWORD_STANDARD, password, (str){ q.phc, q.phc_len }, &matches, &outdated));
		a.matches = matches;
	}
	must(channel_send(api->hasher, bytes_of(&a, sizeof a), NULL));
	hash_queue_receive(api->f->directory->hashes);
}

static inline struct answer api_call(struct api *api, enum http_method method, const char *path_and_query, const char *body)
{
	static const struct web_surface *const surfaces[] = { &directory_surface, &discovery_surface };
	struct web_call *call = calloc(1, sizeof *call);
	struct http_header headers[2];
	str path = str_of(path_and_query);
	size_t question = str_find_char(path, '?', 0);
	struct answer a = { 0 };

	call->arena = arena_new(16 * 1024 * 1024);
	call->now = fixture_now;
	call->app = &api->f->app;
	call->finish = api_finished;
	call->runtime = api;
	call->request = (struct web_request){ .lane = api->lane, .method = method, .id = random_uuid_v4(),
					      .origin = S("https://localhost:8443"), .base = S("/contoso.example"),
					      .path = str_slice(path, 0, question), .body = bytes_of_str(str_of(body)),
					      .headers = headers };
	if (question != SIZE_MAX)
		call->request.query = str_from(path, question + 1);
	if (body)
		headers[call->request.header_count++] = (struct http_header){ S("content-type"), S("application/json") };
	if (api->bearer.len)
		headers[call->request.header_count++] =
			(struct http_header){ S("authorization"), str_join(call->arena, S("Bearer "), api->bearer) };
	api->finished = false;
	web_dispatch(surfaces, COUNT_OF(surfaces), call);
	a.parked = call->parked;
	for (int i = 0; a.parked && !api->finished && i < 4; i++)
		api_hash_once(api);
	assert_true(!a.parked || api->finished);
	a.status = call->response.status;
	a.body = str_copy(api->f->arena, buffer_str(&call->response.body));
	if (a.body.len)
		must(json_parse(bytes_of_str(a.body), JSON_LIMITS_DEFAULT, api->f->arena, &a.json, NULL));
	buffer_release(&call->response.body);
	arena_free(call->arena);
	free(call);
	return a;
}

/* The same, failing the test on another status. */
static inline struct answer api_want(struct api *api, int status, enum http_method method, const char *path, const char *body)
{
	struct answer a = api_call(api, method, path, body);

	if (a.status != status)
		fail_msg("%s %s: %d where %d is due: %.*s", http_method_name(method), path, a.status, status, STR_ARG(a.body));
	return a;
}

static inline const char *api_str(const struct answer *a, const char *name)
{
	str value = { 0 };

	if (!json_member_is_str(a->json, str_of(name), &value))
		fail_msg("no %s in %.*s", name, STR_ARG(a->body));
	return value.at;
}

static inline size_t api_count(const struct answer *a)
{
	const struct json *list = json_member(a->json, S("value"));
	assert_non_null(list);
	return list->count;
}

static inline void api_open(struct api *api, struct fixture *f)
{
	int ends[2];

	must(channel_pair(ends));
	*api = (struct api){ .f = f, .lane = WEB_LANE_OPERATOR, .hasher = ends[1] };
	hash_queue_set_channel(f->directory->hashes, ends[0]);
}

static inline void api_close(struct api *api)
{
	close(api->hasher);
}

/* printf into the fixture's arena. */
#define FORMAT(f_, ...) str_format((f_)->arena, __VA_ARGS__).at

#endif
