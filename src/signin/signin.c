#include "signin/signin_internal.h"

#include <stdlib.h>
#include <string.h>

#include "host/random.h"
#include "signin/sql_catalog.h"

enum { KEYS_AGE_MS = 60 * 1000, KEYS_AGAIN_MS = 5000 };

static err read_secret(struct store *store, str name, uint8_t out[static 32])
{
	SCOPED(statement) read = { 0 };
	bool row = false;

	TRY(statement_open(store, &SQL_SECRET_READ, &read));
	TRY(bind_text(&read, 1, name));
	TRY(statement_step(&read, &row));
	if (!row)
		FAIL(ERR_NOT_FOUND, "secret not made yet");
	bytes value = column_bytes(&read, 0);
	if (value.len != 32)
		FAIL(ERR_CORRUPT, "a stored secret has another length");
	memcpy(out, value.at, 32);
	return OK;
}

static err make_secret(struct store *store, str name, uint8_t out[static 32])
{
	SCOPED(transaction) tx = { 0 };
	SCOPED(statement) insert = { 0 };

	random_bytes(out, 32);
	TRY(transaction_begin(store, &tx));
	TRY(statement_open(store, &SQL_SECRET_INSERT, &insert));
	TRY(bind_text(&insert, 1, name));
	TRY(bind_bytes(&insert, 2, bytes_of(out, 32)));
	TRY(statement_run(&insert));
	return transaction_commit(&tx);
}

static err have_secret(struct store *store, str name, uint8_t out[static 32])
{
	err e = read_secret(store, name, out);
	return err_kind_of(e) == ERR_NOT_FOUND ? make_secret(store, name, out) : e;
}

static err fill(struct signin *s, struct directory *directory, const struct database_keys *keys)
{
	char tenant[UUID_TEXT_LEN + 1];

	s->directory = directory;
	uuid_format(&directory->tenant, tenant);
	memcpy(s->cookie_suffix, tenant, 8);
	memcpy(s->lookup_key, keys->lookup.k, sizeof s->lookup_key);
	TRY(xaes_new(keys->cookie.k, &s->seal));
	return have_secret(directory->store, S("pairwise"), s->pairwise_key);
}

err signin_open(struct directory *directory, const struct database_keys *keys, struct signin **out)
{
	struct signin *s = calloc(1, sizeof *s);

	if (!s)
		FAIL(ERR_LIMIT, "no memory for the provider");
	err e = fill(s, directory, keys);
	if (failed(e)) {
		signin_close(s);
		return e;
	}
	*out = s;
	return OK;
}

void signin_close(struct signin *s)
{
	if (!s)
		return;
	xaes_free(s->seal);
	key_set_free(s->key_set);
	explicit_bzero(s, sizeof *s);
	free(s);
}

struct signin *signin_of(const struct web_call *call)
{
	struct identity_app *app = call->app;
	return app->signin;
}

static err read_keys(struct signin *s, struct instant now)
{
	struct public_keys keys = { 0 };
	struct key_set *set = NULL;

	if (!s->directory->keys)
		FAIL(ERR_UNAVAILABLE, "no channel to the keeper");
	TRY(keys_public(s->directory->keys, &keys));
	TRY(key_set_new(&keys, &set));
	key_set_free(s->key_set);
	s->key_set = set;
	s->public_keys = keys;
	s->keys_read_at = now;
	return OK;
}

static bool keys_are_younger(const struct signin *s, struct instant now, int64_t than_ms)
{
	return s->key_set && now.ms >= s->keys_read_at.ms && now.ms - s->keys_read_at.ms < than_ms;
}

err signin_public_keys(struct signin *s, struct instant now)
{
	return keys_are_younger(s, now, KEYS_AGE_MS) ? OK : read_keys(s, now);
}

bool signin_keys_again(struct signin *s, struct instant now)
{
	return !keys_are_younger(s, now, KEYS_AGAIN_MS) && !failed(read_keys(s, now));
}

static void name_actor(struct web_call *call, const struct signin_event *event, struct audit_event *out)
{
	out->actor_type = AUDIT_ACTOR_USER; /* somebody; who is not known unless there is such an account */
	if (event->person) {
		out->actor_id = uuid_text(call->arena, &event->person->id);
		out->actor_name = event->person->user_principal_name;
	} else if (event->client && str_equal(event->op, S("signin.client"))) {
		out->actor_type = AUDIT_ACTOR_APP;
		out->actor_id = uuid_text(call->arena, &event->client->service_principal_id);
		out->actor_name = event->client->display_name;
	}
}

err signin_audit(struct web_call *call, const struct signin_event *event)
{
	const struct refusal_row *refusal = refusal_row(event->refusal);
	struct audit_event e = {
		.category = AUDIT_IDENTITY, .op = event->op, .result = event->refusal ? AUDIT_FAILURE : AUDIT_SUCCESS,
		.reason = str_of(refusal->reason), .severity = event->refusal ? AUDIT_WARNING : AUDIT_INFORMATIONAL,
		.session = event->session, .authn = event->methods, .client_ip = web_client_text(call),
		.target_type = S("application"), .target_id = event->client_text,
		.request_id = uuid_text(call->arena, &call->request.id),
		.method = str_of(http_method_name(call->request.method)), .route = str_of(call->route ? call->route : ""),
		.status = event->status ? event->status : event->refusal ? refusal->status : 200,
	};

	name_actor(call, event, &e);
	if (event->client) {
		e.target_id = uuid_text(call->arena, &event->client->app_id);
		e.target_name = event->client->display_name;
	}
	return audit_emit(signin_of(call)->directory->store, call->now, &e);
}

err signin_audit_alone(struct web_call *call, const struct signin_event *event)
{
	SCOPED(transaction) tx = { 0 };

	TRY(transaction_begin(signin_of(call)->directory->store, &tx));
	TRY(signin_audit(call, event));
	return transaction_commit(&tx);
}
