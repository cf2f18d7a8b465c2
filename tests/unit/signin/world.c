#include "world.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "codec/base64.h"
#include "crypto/jwk.h"
#include "crypto/jws.h"
#include "directory/application.h"
#include "directory/hash_queue.h"
#include "directory/sql_catalog.h"
#include "directory/user.h"
#include "host/random.h"
#include "ipc/channel.h"
#include "ipc/hasher_client.h"
#include "keys/keeper.h"
#include "proc/child.h"
#include "web/route.h"

#define FACTS                                                                                                       \
	"{\"tenantId\":\"" WORLD_TENANT "\",\"displayName\":\"Contoso\",\"domains\":[\"contoso.example\"],"         \
	"\"origin\":\"" WORLD_ORIGIN "\",\"environments\":[{\"id\":\"aaaaaaaa-0000-4000-8000-000000000001\","       \
	"\"uniqueName\":\"sales\",\"displayName\":\"Sales\",\"state\":\"ready\"}]}"

enum { SUPERVISOR_FD = 3, WAIT_MS = 30000 };

void must(err e)
{
	if (failed(e))
		fail_msg("%s (%s:%d)", err_why(e), e.site->file, e.site->line);
}

/* --- the keeper, in a process of its own --- */

static int64_t keeper_now(void)
{
	return 1700000000000;
}

static void keeper_serve(struct keeper *keeper, int channel, const struct channel_binding *who)
{
	static uint8_t raw[CHANNEL_MESSAGE_BYTES_MAX], answer[KEEPER_ANSWER_BYTES_MAX];
	size_t len = 0, answer_len = 0;
	bool refused = false;

	while (!failed(channel_wait(channel, 600000)) && !failed(channel_receive(channel, raw, sizeof raw, &len, NULL)) && len) {
		keeper_answer(keeper, who, bytes_of(raw, len), answer, &answer_len, &refused);
		if (failed(channel_send(channel, bytes_of(answer, answer_len), NULL)))
			break;
	}
	keeper_close(keeper);
	_exit(0);
}

static void keeper_start(struct world *w, const struct uuid *tenant)
{
	struct wrapping_key root;
	struct keeper *keeper = NULL;
	struct uuid nil = { { 0 } };
	struct channel_binding who = { .kind = CHANNEL_KEEPER, .peer = ROLE_IDENTITY, .tenant = *tenant, .database = *tenant };
	int ends[2];

	random_bytes(&root, sizeof root);
	must(key_store_create(w->key_store, &root));
	must(channel_pair(ends));
	w->keeper_pid = fork();
	if (w->keeper_pid == 0) {
		close(ends[0]);
		must(keeper_open(w->key_store, &root, keeper_now, &keeper)); /* here: its memory is not given to a child */
		must(keeper_create_tenant(keeper, &nil, S(WORLD_ORIGIN)));
		must(keeper_create_tenant(keeper, tenant, S(WORLD_ISSUER)));
		must(keeper_create_database(keeper, tenant, tenant));
		keeper_serve(keeper, ends[1], &who);
	}
	close(ends[1]);
	w->keys = (struct keys){ .channel = ends[0] };
}

/* --- the hasher, as the supervisor starts it --- */

static void hasher_start(struct world *w)
{
	static struct supervisor_start start = { .kind = SUPERVISOR_START, .role = ROLE_HASHER };
	struct supervisor_channel message = { .kind = SUPERVISOR_CHANNEL,
					      .binding = { .kind = CHANNEL_HASHER, .peer = ROLE_IDENTITY } };
	uint8_t raw[256];
	int ends[2], channel[2];
	size_t len = 0;

	must(channel_pair(ends));
	w->hasher_pid = fork();
	if (w->hasher_pid == 0) {
		if (ends[1] != SUPERVISOR_FD)
			dup2(ends[1], SUPERVISOR_FD);
		if (ends[0] != SUPERVISOR_FD)
			close(ends[0]);
		_exit(hasher_main());
	}
	close(ends[1]);
	w->hasher_supervisor = ends[0];
	must(channel_send(ends[0], bytes_of(&start, sizeof start), NULL));
	must(channel_wait(ends[0], WAIT_MS));
	must(channel_receive(ends[0], raw, sizeof raw, &len, NULL));
	must(channel_pair(channel));
	struct channel_fds fds = { { channel[1] }, 1 };
	must(channel_send(ends[0], bytes_of(&message, sizeof message), &fds));
	close(channel[1]);
	w->hasher = channel[0];
}

/* --- the directory's content --- */

static void keep_phc(void *context, const struct hash_answer *answer)
{
	str *out = context;
	must(answer->failed);
	*out = answer->phc;
	*out = (str){ strndup(answer->phc.at, answer->phc.len), answer->phc.len };
}

static void add_person(struct world *w)
{
	SCOPED(transaction) tx = { 0 };
	struct user u;
	str phc = { 0 };

	must(hash_queue_make(w->directory->hashes, S(WORLD_PASSWORD), keep_phc, &phc));
	while (!phc.at) {
		must(channel_wait(w->hasher, WAIT_MS));
		hash_queue_receive(w->directory->hashes);
	}
	w->person_id = random_uuid_v4();
	user_init(&u, &w->person_id, (struct instant){ w->now.ms - 86400000 });
	u.text[USER_PRINCIPAL_NAME] = S("ada@contoso.example");
	u.text[USER_DISPLAY_NAME] = S("Ada <b>Lovelace</b>");
	u.text[USER_MAIL] = S("ada@contoso.example");
	must(transaction_begin(w->store, &tx));
	must(user_insert(w->store, &u));
	must(user_put_password(w->store, u.key, phc, false, w->now));
	must(transaction_commit(&tx));
	w->person_key = u.key;
	free((void *)(uintptr_t)phc.at);
}

static struct uuid add_client(struct world *w, const char *name, enum application_json platform, const char *uris, str *out_secret)
{
	SCOPED(transaction) tx = { 0 };
	struct uuid id = random_uuid_v4(), app_id = random_uuid_v4(), principal = random_uuid_v4();
	struct application a;
	struct application_secret secret = { .starts = { w->now.ms - 1000 }, .ends = { w->now.ms + 400LL * 86400000 } };

	application_init(&a, &id, &app_id);
	a.display_name = str_of(name);
	a.json[platform] = str_of(uris);
	a.service_principal_enabled = true;
	must(transaction_begin(w->store, &tx));
	must(application_put(w->store, &a, w->now, w->arena));
	must(service_principal_insert(w->store, &a, &principal, w->now));
	if (out_secret) {
		must(application_add_secret(w->store, a.key, &secret));
		*out_secret = str_copy(w->arena, str_of(secret.text));
	}
	must(transaction_commit(&tx));
	return app_id;
}

static void add_clients(struct world *w)
{
	w->web_app = add_client(w, "Web <i>shop</i>", APP_WEB, "{\"redirectUris\":[\"" WORLD_CALLBACK "\"]}", &w->web_secret);
	w->spa_app = add_client(w, "Page", APP_SPA, "{\"redirectUris\":[\"" WORLD_SPA_CALLBACK "\"]}", NULL);
	w->native_app = add_client(w, "Tool", APP_PUBLIC_CLIENT, "{\"redirectUris\":[\"http://127.0.0.1/cb\"]}", NULL);
	w->daemon_app = add_client(w, "Daemon", APP_WEB, "{\"redirectUris\":[]}", &w->daemon_secret);
}

int world_setup(void **state)
{
	struct world *w = calloc(1, sizeof *w);
	struct uuid tenant;
	struct signin *signin = NULL;

	snprintf(w->folder, sizeof w->folder, "/tmp/bailiwick-signin-XXXXXX");
	assert_non_null(mkdtemp(w->folder));
	snprintf(w->database, sizeof w->database, "%s/directory.db", w->folder);
	snprintf(w->key_store, sizeof w->key_store, "%s/keys.store", w->folder);
	w->now.ms = 1795500000000;
	w->arena = arena_new(64 << 20);
	must(uuid_parse(S(WORLD_TENANT), &tenant));
	keeper_start(w, &tenant);
	hasher_start(w);
	must(keys_database(&w->keys, &w->database_keys));
	struct store_options o = { .path = w->database, .keys = &w->database_keys, .migrations = directory_migrations,
				   .migration_count = DIRECTORY_MIGRATION_COUNT };
	must(store_open(&o, &w->store));
	must(directory_open(w->store, &w->keys, S(FACTS), w->now, &w->directory));
	must(signin_open(w->directory, &w->database_keys, &signin));
	w->app = (struct identity_app){ w->directory, signin };
	hash_queue_set_channel(w->directory->hashes, w->hasher);
	add_person(w);
	add_clients(w);
	*state = w;
	return 0;
}

int world_teardown(void **state)
{
	struct world *w = *state;
	static const char *const endings[] = { "", "-wal", ".bwk" };
	char path[160];

	signin_close(w->app.signin);
	directory_close(w->directory);
	store_close(w->store);
	arena_free(w->arena);
	close(w->keys.channel);
	close(w->hasher);
	close(w->hasher_supervisor);
	waitpid(w->keeper_pid, NULL, 0);
	waitpid(w->hasher_pid, NULL, 0);
	for (size_t i = 0; i < COUNT_OF(endings); i++) {
		snprintf(path, sizeof path, "%s%s", w->database, endings[i]);
		unlink(path);
	}
	snprintf(path, sizeof path, "%s.cut", w->key_store);
	unlink(path);
	unlink(w->key_store);
	rmdir(w->folder);
	free(w);
	return 0;
}

/* --- requests --- */

static bool finished;

static void on_finish(struct web_call *call)
{
	(void)call;
	finished = true;
}

static void keep_cookie(struct world *w, str header)
{
	size_t equals = str_find_char(header, '=', 0), semicolon = str_find_char(header, ';', 0);
	str name = str_slice(header, 0, equals), value = str_slice(header, equals + 1, semicolon);
	size_t i = 0;

	assert_true(str_starts_with(name, S("__Host-bwk_")) && str_ends_with(name, S("_1f3a09bc")));
	assert_true(str_find(header, S("Secure"), 0) != SIZE_MAX && str_find(header, S("HttpOnly"), 0) != SIZE_MAX &&
		    str_find(header, S("SameSite=Lax"), 0) != SIZE_MAX && str_find(header, S("Path=/"), 0) != SIZE_MAX);
	while (i < w->cookie_count && !str_equal(name, str_of(w->cookies[i].name)))
		i++;
	assert_true(i < COOKIES_MAX);
	if (i == w->cookie_count)
		w->cookie_count++;
	snprintf(w->cookies[i].name, sizeof w->cookies[i].name, "%.*s", STR_ARG(name));
	snprintf(w->cookies[i].value, sizeof w->cookies[i].value, "%.*s", STR_ARG(value));
}

static size_t read_headers(const char *lines, struct http_header *out, size_t count)
{
	str rest = lines ? str_of(lines) : (str){ 0 }, line = { 0 };

	while (str_split(&rest, '\n', &line)) {
		size_t colon = str_find_char(line, ':', 0);
		out[count++] = (struct http_header){ str_slice(line, 0, colon), str_trim(str_from(line, colon + 1)) };
	}
	return count;
}

static str header_of(struct world *w, const struct web_response *r, const char *name)
{
	for (size_t i = 0; i < r->header_count; i++)
		if (str_equal(r->headers[i].name, str_of(name)))
			return str_copy(w->arena, r->headers[i].value);
	return (str){ 0 };
}

static struct reply send_request(struct world *w, enum http_method method, str path, str query, str body, bool cookies, const char *lines)
{
	static const struct web_surface *const surfaces[] = { &signin_surface };
	struct http_header headers[20];
	struct web_call *call = calloc(1, sizeof *call);
	char jar[COOKIES_MAX * 600] = "";
	size_t used = 0, count = 0;

	call->arena = arena_new(16 << 20);
	for (size_t i = 0; cookies && i < w->cookie_count; i++)
		if (w->cookies[i].value[0])
			used += (size_t)snprintf(jar + used, sizeof jar - used, "%s%s=%s", used ? "; " : "", w->cookies[i].name,
						 w->cookies[i].value);
	if (used)
		headers[count++] = (struct http_header){ S("cookie"), (str){ jar, used } };
	if (method == HTTP_POST && (!lines || !strstr(lines, "content-type")))
		headers[count++] = (struct http_header){ S("content-type"), S("application/x-www-form-urlencoded") };
	if (method == HTTP_POST && cookies && (!lines || !strstr(lines, "sec-fetch-site")))
		headers[count++] = (struct http_header){ S("sec-fetch-site"), S("same-origin") };
	count = read_headers(lines, headers, count);
	call->request = (struct web_request){
		.lane = WEB_LANE_PUBLIC, .method = method, .id = random_uuid_v4(), .origin = S(WORLD_ORIGIN), .base = S("/contoso.example"),
		.path = path, .query = query, .headers = headers, .header_count = count, .body = bytes_of_str(body),
	};
	call->now = w->now;
	call->app = &w->app;
	call->finish = on_finish;
	call->response.status = 200;
	buffer_init(&call->response.body, WEB_RESPONSE_BYTES_MAX);
	finished = false;
	web_dispatch(surfaces, 1, call);
	while (call->parked && !finished) {
		must(channel_wait(w->hasher, WAIT_MS));
		hash_queue_receive(w->directory->hashes);
	}
	assert_false(store_in_transaction(w->store));
	struct reply reply = {
		.status = call->response.status, .location = header_of(w, &call->response, "location"),
		.body = str_copy(w->arena, buffer_str(&call->response.body)),
		.content_type = header_of(w, &call->response, "content-type"),
		.www_authenticate = header_of(w, &call->response, "www-authenticate"),
		.csp = header_of(w, &call->response, "content-security-policy"),
		.allow_origin = header_of(w, &call->response, "access-control-allow-origin"),
	};
	for (size_t i = 0; i < call->response.header_count; i++)
		if (str_equal(call->response.headers[i].name, S("set-cookie"))) {
			reply.set_cookies++;
			keep_cookie(w, call->response.headers[i].value);
		}
	buffer_release(&call->response.body);
	arena_free(call->arena);
	free(call);
	return reply;
}

struct reply world_get(struct world *w, str path_and_query, const char *headers)
{
	if (str_starts_with(path_and_query, S("/contoso.example")))
		path_and_query = str_from(path_and_query, strlen("/contoso.example"));
	size_t mark = str_find_char(path_and_query, '?', 0);
	str path = mark == SIZE_MAX ? path_and_query : str_slice(path_and_query, 0, mark);
	str query = mark == SIZE_MAX ? S("") : str_from(path_and_query, mark + 1);
	return send_request(w, HTTP_GET, path, query, S(""), true, headers);
}

struct reply world_post(struct world *w, str path, str form, const char *headers)
{
	return send_request(w, HTTP_POST, path, S(""), form, true, headers);
}

struct reply world_token(struct world *w, str form, const char *headers)
{
	return send_request(w, HTTP_POST, S("/oauth2/v2.0/token"), S(""), form, false, headers);
}

/* --- reading answers --- */

str world_input(struct world *w, str page, const char *name)
{
	str needle = str_format(w->arena, "name=\"%s\" value=\"", name);
	size_t at = str_find(page, needle, 0);

	if (at == SIZE_MAX)
		fail_msg("no input %s in: %.*s", name, STR_ARG(page));
	at += needle.len;
	return str_slice(page, at, str_find_char(page, '"', at));
}

static bool find_parameter(struct world *w, str location, const char *name, str *out)
{
	struct url_params params = { 0 };
	size_t mark = str_find_char(location, '?', 0);

	if (mark == SIZE_MAX)
		mark = str_find_char(location, '#', 0);
	if (mark == SIZE_MAX || failed(url_params_parse(str_from(location, mark + 1), 100, w->arena, &params)))
		return false;
	return url_param_find(&params, str_of(name), out);
}

bool world_has_parameter(struct world *w, str location, const char *name)
{
	str value = { 0 };
	return find_parameter(w, location, name, &value);
}

str world_parameter(struct world *w, str location, const char *name)
{
	str value = { 0 };
	if (!find_parameter(w, location, name, &value))
		fail_msg("no %s in %.*s", name, STR_ARG(location));
	return value;
}

static const struct json *parse(struct world *w, str body)
{
	const struct json *json = NULL;
	must(json_parse(bytes_of_str(body), JSON_LIMITS_DEFAULT, w->arena, &json, NULL));
	return json;
}

bool world_has_member(struct world *w, str body, const char *name)
{
	return json_member(parse(w, body), str_of(name)) != NULL;
}

str world_member(struct world *w, str body, const char *name)
{
	const struct json *member = json_member(parse(w, body), str_of(name));
	if (!member)
		fail_msg("no %s in %.*s", name, STR_ARG(body));
	return member->text;
}

const struct json *world_claims(struct world *w, str token, const char *typ)
{
	struct reply keys = world_get(w, S("/discovery/v2.0/keys"), NULL);
	struct jwk set[JWK_SET_KEYS_MAX];
	struct jws_key usable[JWK_SET_KEYS_MAX];
	size_t count = 0;
	struct jws jws = { 0 };
	const struct json *claims = NULL;

	must(jwk_set_parse(parse(w, keys.body), w->arena, set, &count));
	for (size_t i = 0; i < count; i++) {
		struct verify_key *key = NULL;
		must(verify_key_new(&set[i].numbers, &key));
		usable[i] = (struct jws_key){ set[i].kid, key };
	}
	struct jws_expected expected = { .algs = JWS_ALG(SIGN_ES256) | JWS_ALG(SIGN_RS256), .keys = usable, .key_count = count,
					 .typ = str_of(typ) };
	must(jws_verify(token, &expected, w->arena, &jws));
	must(jws_claims(&jws, w->arena, &claims));
	for (size_t i = 0; i < count; i++)
		verify_key_free((struct verify_key *)(uintptr_t)usable[i].key);
	return claims;
}

void world_forget_cookies(struct world *w)
{
	w->cookie_count = 0;
}

int64_t world_number(struct world *w, str sql)
{
	SCOPED(statement) s = { 0 };
	bool row = false;

	must(statement_open_text(w->store, sql, &s));
	must(statement_step(&s, &row));
	return row ? column_i64(&s, 0) : -1;
}

/* --- the common way --- */

str world_authorize(struct world *w, const struct uuid *client, const char *redirect_uri, const char *extra)
{
	return str_format(w->arena, "/oauth2/v2.0/authorize?client_id=%.*s&redirect_uri=%.*s&response_type=code%s",
			  STR_ARG(uuid_text(w->arena, client)), STR_ARG(url_encode(w->arena, str_of(redirect_uri))), extra);
}

struct reply world_type_password(struct world *w, str page, const char *username, const char *password)
{
	str form = str_format(w->arena, "ctx=%.*s&username=%.*s&password=%.*s&action=signin", STR_ARG(world_input(w, page, "ctx")),
			      STR_ARG(url_encode(w->arena, str_of(username))), STR_ARG(url_encode(w->arena, str_of(password))));
	return world_post(w, S("/signin/password"), form, NULL);
}

str world_sign_in(struct world *w, const char *extra_query)
{
	struct reply page = world_get(w, world_authorize(w, &w->web_app, WORLD_CALLBACK, extra_query), NULL);
	assert_int_equal(page.status, 200);
	struct reply done = world_type_password(w, page.body, "ada@contoso.example", WORLD_PASSWORD);
	assert_int_equal(done.status, 303);
	return world_parameter(w, done.location, "code");
}
