#include "signin/session.h"

#include "codec/base64.h"
#include "crypto/mac.h"
#include "host/random.h"
#include "signin/browser.h"
#include "signin/sql_catalog.h"

enum { COOKIE_OCTETS = 32, SID_OCTETS = 16, TOUCH_MS = 60 * 1000 };

static const int64_t hour_ms = 3600 * 1000, day_ms = 24 * 3600 * 1000;

static err read_row(struct web_call *call, const struct sha256 *hash, struct session *out, bool *out_found)
{
	SCOPED(statement) read = { 0 };

	TRY(statement_open(signin_of(call)->directory->store, &SQL_SESSION_BY_COOKIE, &read));
	TRY(bind_bytes(&read, 1, bytes_of(hash->b, sizeof hash->b)));
	TRY(statement_step(&read, out_found));
	if (!*out_found)
		return OK;
	*out = (struct session){
		.id = column_uuid(&read, 0), .user_key = column_i64(&read, 1), .user_id = column_uuid(&read, 2),
		.auth_time = { column_i64(&read, 3) }, .methods = str_copy(call->arena, column_text(&read, 4)),
		.persistent = column_i64(&read, 5) != 0, .used = { column_i64(&read, 6) }, .idle_ms = column_i64(&read, 7),
		.ends = { column_i64(&read, 8) },
	};
	TRY_NEW(out->methods.at);
	return OK;
}

static bool is_live(const struct session *s, struct instant now)
{
	return instant_before(now, s->ends) && instant_before(now, instant_add_ms(s->used, s->idle_ms));
}

err session_find(struct web_call *call, struct session *out, struct person *out_person, bool *out_found)
{
	str cookie = { 0 };
	struct session found = { 0 };
	bool there = false;

	*out_found = false;
	if (!browser_cookie(call, S("__Host-bwk_s_"), &cookie) || cookie.len != base64url_len(COOKIE_OCTETS))
		return OK;
	struct sha256 hash = sha256_of(bytes_of_str(cookie));
	TRY(read_row(call, &hash, &found, &there));
	if (!there || !is_live(&found, call->now))
		return OK;
	err e = lookup_person(signin_of(call)->directory, &found.user_id, call->arena, out_person);
	if (err_kind_of(e) == ERR_NOT_FOUND)
		return OK;
	TRY(e);
	if (!out_person->enabled || instant_before(found.auth_time, out_person->sessions_valid_from))
		return OK;
	*out = found;
	*out_found = true;
	return OK;
}

static err write_row(struct web_call *call, const struct sql_text *sql, const struct session *s, const struct sha256 *hash)
{
	SCOPED(statement) write = { 0 };

	TRY(statement_open(signin_of(call)->directory->store, sql, &write));
	TRY(bind_uuid(&write, 1, &s->id));
	TRY(bind_bytes(&write, 2, bytes_of(hash->b, sizeof hash->b)));
	TRY(bind_i64(&write, 3, s->user_key));
	TRY(bind_i64(&write, 4, s->auth_time.ms));
	TRY(bind_text(&write, 5, s->methods));
	TRY(bind_i64(&write, 6, s->persistent));
	TRY(bind_i64(&write, 7, s->idle_ms));
	TRY(bind_i64(&write, 8, s->ends.ms));
	TRY(bind_bytes(&write, 9, bytes_of(call->request.client_address, sizeof call->request.client_address)));
	return statement_run_one(&write);
}

static err run_with_id(struct web_call *call, const struct sql_text *sql, const struct uuid *id)
{
	SCOPED(statement) run = { 0 };

	TRY(statement_open(signin_of(call)->directory->store, sql, &run));
	TRY(bind_uuid(&run, 1, id));
	return statement_run(&run);
}

static err purge(struct web_call *call)
{
	SCOPED(statement) run = { 0 };

	TRY(statement_open(signin_of(call)->directory->store, &SQL_SESSION_PURGE, &run));
	TRY(bind_i64(&run, 1, call->now.ms));
	return statement_run(&run);
}

err session_begin(struct web_call *call, const struct person *person, str methods, bool persistent,
		  const struct instant *ends_max, struct session *out)
{
	uint8_t secret[COOKIE_OCTETS];
	struct session old = { 0 };
	struct person old_person = { 0 };
	bool had = false;

	TRY(purge(call));
	TRY(session_find(call, &old, &old_person, &had));
	bool same = had && old.user_key == person->key;
	struct session s = {
		.id = same ? old.id : random_uuid_v7(), .user_key = person->key, .user_id = person->id, .auth_time = call->now,
		.used = call->now, .idle_ms = persistent ? 30 * day_ms : 8 * hour_ms,
		.ends = instant_add_ms(call->now, persistent ? 90 * day_ms : 24 * hour_ms), .methods = methods,
		.persistent = persistent,
	};
	if (ends_max && instant_before(*ends_max, s.ends))
		s.ends = *ends_max;
	random_bytes(secret, sizeof secret);
	str cookie = base64url_text(call->arena, bytes_of(secret, sizeof secret));
	TRY_NEW(cookie.at);
	struct sha256 hash = sha256_of(bytes_of_str(cookie));
	if (had && !same)
		TRY(run_with_id(call, &SQL_SESSION_DELETE, &old.id));
	TRY(write_row(call, same ? &SQL_SESSION_RENEW : &SQL_SESSION_INSERT, &s, &hash));
	TRY(browser_set_cookie(call, S("__Host-bwk_s_"), cookie, persistent ? 90 * day_ms / 1000 : -1));
	*out = s;
	return OK;
}

err session_limit(struct web_call *call, const struct uuid *id, str methods, struct instant *out, bool *out_limited)
{
	SCOPED(statement) read = { 0 };
	bool row = false;

	*out = (struct instant){ 0 };
	*out_limited = str_equal(methods, S("tap"));
	if (!*out_limited)
		return OK;
	TRY(statement_open(signin_of(call)->directory->store, &SQL_SESSION_END_OF, &read));
	TRY(bind_uuid(&read, 1, id));
	TRY(statement_step(&read, &row));
	if (row)
		out->ms = column_i64(&read, 0);
	return OK; /* no row: it is over, and so is what hangs on it */
}

err session_end(struct web_call *call, const struct session *session)
{
	SCOPED(statement) revoke = { 0 };

	TRY(run_with_id(call, &SQL_SESSION_DELETE, &session->id));
	TRY(statement_open(signin_of(call)->directory->store, &SQL_FAMILY_REVOKE_SESSION, &revoke));
	TRY(bind_uuid(&revoke, 1, &session->id));
	TRY(bind_i64(&revoke, 2, call->now.ms));
	TRY(bind_text(&revoke, 3, S("signed_out")));
	TRY(statement_run(&revoke));
	return browser_set_cookie(call, S("__Host-bwk_s_"), S(""), 0);
}

err session_touch(struct web_call *call, const struct session *session)
{
	SCOPED(statement) touch = { 0 };

	if (call->now.ms - session->used.ms < TOUCH_MS)
		return OK;
	TRY(statement_open(signin_of(call)->directory->store, &SQL_SESSION_TOUCH, &touch));
	TRY(bind_uuid(&touch, 1, &session->id));
	TRY(bind_i64(&touch, 2, call->now.ms));
	return statement_run(&touch);
}

str session_sid(struct signin *s, const struct uuid *session, const struct uuid *client, struct arena *arena)
{
	bytes parts[] = { bytes_of_str(S("sid")), bytes_of(session->b, 16), bytes_of(client->b, 16) };
	struct sha256 mac = hmac_sha256_parts(bytes_of(s->pairwise_key, sizeof s->pairwise_key), parts, COUNT_OF(parts));
	return base64url_text(arena, bytes_of(mac.b, SID_OCTETS));
}
