#include "signin/refresh_family.h"

#include "codec/base64.h"
#include "crypto/secret.h"
#include "host/random.h"
#include "signin/sealed.h"
#include "signin/sql_catalog.h"

enum { SECRET_OCTETS = 32, SECRET_CHARS = 43, FAMILY_CHARS = 22 };

static const int64_t day_ms = 86400000;

/* --- the token as text --- */

err refresh_token_parse(str text, struct refresh_token *out)
{
	struct refresh_token t = { 0 };
	str rest = text, head = { 0 }, family = { 0 }, number = { 0 }, secret = { 0 };

	if (text.len > REFRESH_TOKEN_CHARS_MAX || !str_split(&rest, '.', &head) || !str_equal(head, S("rt")) ||
	    !str_split(&rest, '.', &family) || !str_split(&rest, '.', &number) || !str_split(&rest, '.', &secret) || rest.at)
		FAIL(ERR_INVALID, "not one of our refresh tokens");
	if (family.len != FAMILY_CHARS || secret.len != SECRET_CHARS || !str_to_u64(number, &t.n))
		FAIL(ERR_INVALID, "not one of our refresh tokens");
	struct arena *arena = arena_new(4096);
	bytes id = { 0 };
	if (!arena)
		FAIL(ERR_LIMIT, "no memory");
	err e = base64url_parse(family, arena, &id);
	if (!failed(e))
		memcpy(t.family.b, id.at, sizeof t.family.b);
	arena_free(arena);
	TRY(e);
	t.hash = sha256_of(bytes_of_str(secret));
	*out = t;
	return OK;
}

static err make_token(struct arena *arena, const struct uuid *family, uint64_t n, str *out)
{
	uint8_t secret[SECRET_OCTETS];

	random_bytes(secret, sizeof secret);
	str id = base64url_text(arena, bytes_of(family->b, sizeof family->b));
	str text = base64url_text(arena, bytes_of(secret, sizeof secret));
	TRY_NEW(id.at);
	TRY_NEW(text.at);
	*out = str_format(arena, "rt.%.*s.%llu.%.*s", STR_ARG(id), (unsigned long long)n, STR_ARG(text));
	TRY_NEW(out->at);
	return OK;
}

/* --- the row --- */

static err purge(struct web_call *call)
{
	SCOPED(statement) families = { 0 }, tokens = { 0 };
	struct store *store = signin_of(call)->directory->store;

	TRY(statement_open(store, &SQL_FAMILY_PURGE, &families));
	TRY(bind_i64(&families, 1, call->now.ms - day_ms));
	TRY(statement_run(&families));
	TRY(statement_open(store, &SQL_ACCESS_TOKEN_PURGE, &tokens));
	TRY(bind_i64(&tokens, 1, call->now.ms));
	return statement_run(&tokens);
}

static int64_t idle_ms(enum redirect_platform platform)
{
	return platform == PLATFORM_SPA ? day_ms : 90 * day_ms;
}

err refresh_family_begin(struct web_call *call, const struct code *code, bool standalone, struct uuid *out_id, str *out_token)
{
	SCOPED(statement) insert = { 0 };
	struct uuid id = random_uuid_v4();
	struct refresh_token first = { 0 };
	int64_t life_ms = code->platform == PLATFORM_SPA ? day_ms : 365 * day_ms;

	TRY(purge(call));
	TRY(make_token(call->arena, &id, 1, out_token));
	TRY(refresh_token_parse(*out_token, &first));
	TRY(statement_open(signin_of(call)->directory->store, &SQL_FAMILY_INSERT, &insert));
	TRY(bind_uuid(&insert, 1, &id));
	TRY(bind_uuid(&insert, 2, &code->client));
	TRY(bind_i64(&insert, 3, code->platform));
	TRY(bind_i64(&insert, 4, code->user_key));
	TRY(bind_uuid(&insert, 5, &code->session));
	TRY(bind_i64(&insert, 6, standalone));
	TRY(bind_text(&insert, 7, code->scope));
	if (code->has_nonce)
		TRY(bind_text(&insert, 8, code->nonce));
	else
		TRY(bind_null(&insert, 8));
	TRY(bind_i64(&insert, 9, code->auth_time.ms));
	TRY(bind_text(&insert, 10, code->methods));
	TRY(bind_i64(&insert, 11, call->now.ms));
	TRY(bind_i64(&insert, 12, call->now.ms + idle_ms(code->platform)));
	TRY(bind_i64(&insert, 13, call->now.ms + life_ms));
	TRY(bind_bytes(&insert, 14, bytes_of(first.hash.b, sizeof first.hash.b)));
	TRY(statement_run(&insert));
	*out_id = id;
	return OK;
}

static struct sha256 hash_of_column(const struct statement *s, int column)
{
	struct sha256 hash = { { 0 } };
	bytes raw = column_bytes(s, column);

	if (raw.len == sizeof hash.b)
		memcpy(hash.b, raw.at, raw.len);
	return hash;
}

static err read_columns(struct web_call *call, const struct statement *s, struct refresh_family *f)
{
	f->client = column_uuid(s, 0);
	f->platform = (enum redirect_platform)column_i64(s, 1);
	f->user_id = column_uuid(s, 2);
	f->session = column_uuid(s, 3);
	f->scope = str_copy(call->arena, column_text(s, 4));
	f->has_nonce = !column_is_null(s, 5);
	f->nonce = str_copy(call->arena, column_text(s, 5));
	f->auth_time.ms = column_i64(s, 6);
	f->methods = str_copy(call->arena, column_text(s, 7));
	f->times.idle_until.ms = column_i64(s, 8);
	f->times.ends_at.ms = column_i64(s, 9);
	f->current_n = (uint64_t)column_i64(s, 10);
	f->current_hash = hash_of_column(s, 11);
	f->previous_hash = hash_of_column(s, 12);
	f->times.previous_spent_at.ms = column_i64(s, 13);
	f->times.grace_ms = REFRESH_GRACE_MS;
	f->last_response = bytes_copy(call->arena, column_bytes(s, 14));
	f->times.revoked = !column_is_null(s, 15);
	f->user_key = column_i64(s, 16);
	TRY_NEW(f->scope.at);
	TRY_NEW(f->methods.at);
	return OK;
}

err refresh_family_find(struct web_call *call, const struct uuid *id, struct refresh_family *out)
{
	SCOPED(statement) read = { 0 };
	bool row = false;

	TRY(statement_open(signin_of(call)->directory->store, &SQL_FAMILY_READ, &read));
	TRY(bind_uuid(&read, 1, id));
	TRY(statement_step(&read, &row));
	if (!row)
		FAIL(ERR_NOT_FOUND, "no such family of refresh tokens");
	*out = (struct refresh_family){ .id = *id };
	return read_columns(call, &read, out);
}

enum refresh_action refresh_family_present(const struct refresh_family *f, const struct refresh_token *token, struct instant now)
{
	const struct sha256 *expected = token->n == f->current_n ? &f->current_hash : &f->previous_hash;
	bool fits = secret_equal(bytes_of(expected->b, sizeof expected->b), bytes_of(token->hash.b, sizeof token->hash.b));

	return refresh_action_of(refresh_state_of(&f->times, now),
				 refresh_event_of(&f->times, token->n, f->current_n, fits, now));
}

err refresh_family_next(struct web_call *call, const struct refresh_family *f, str *out_token)
{
	return make_token(call->arena, &f->id, f->current_n + 1, out_token);
}

static str binding_of(struct web_call *call, const struct uuid *family, uint64_t n)
{
	return str_format(call->arena, "%.*s %llu", STR_ARG(uuid_text(call->arena, family)), (unsigned long long)n);
}

err refresh_family_rotate(struct web_call *call, const struct refresh_family *f, str next_token, str response)
{
	SCOPED(statement) rotate = { 0 };
	struct refresh_token next = { 0 };
	str sealed = { 0 };

	TRY(refresh_token_parse(next_token, &next));
	TRY(sealed_make(signin_of(call), S("refresh response"), binding_of(call, &f->id, next.n), bytes_of_str(response),
			call->arena, &sealed));
	TRY(statement_open(signin_of(call)->directory->store, &SQL_FAMILY_ROTATE, &rotate));
	TRY(bind_uuid(&rotate, 1, &f->id));
	TRY(bind_i64(&rotate, 2, (int64_t)f->current_n));
	TRY(bind_bytes(&rotate, 3, bytes_of(next.hash.b, sizeof next.hash.b)));
	TRY(bind_i64(&rotate, 4, call->now.ms));
	TRY(bind_i64(&rotate, 5, call->now.ms + idle_ms(f->platform)));
	TRY(bind_bytes(&rotate, 6, bytes_of_str(sealed)));
	return statement_run_one(&rotate);
}

err refresh_family_answer(struct web_call *call, const struct refresh_family *f, str *out_response)
{
	bytes plain = { 0 };
	err e = sealed_open(signin_of(call), S("refresh response"), binding_of(call, &f->id, f->current_n),
			    str_of_bytes(f->last_response), call->arena, &plain);

	if (failed(e))
		return err_kind_of(e) == ERR_INVALID ? ERR(ERR_CORRUPT, "a stored answer does not open") : e;
	*out_response = str_of_bytes(plain);
	return OK;
}

err refresh_family_revoke(struct web_call *call, const struct uuid *id, str why)
{
	SCOPED(statement) revoke = { 0 };

	TRY(statement_open(signin_of(call)->directory->store, &SQL_FAMILY_REVOKE, &revoke));
	TRY(bind_uuid(&revoke, 1, id));
	TRY(bind_i64(&revoke, 2, call->now.ms));
	TRY(bind_text(&revoke, 3, why));
	return statement_run(&revoke);
}

/* --- access tokens --- */

err access_token_revoke(struct web_call *call, str uti, int64_t ends_ms)
{
	SCOPED(statement) revoke = { 0 };

	if (!uti.len || ends_ms <= call->now.ms)
		return OK;
	TRY(statement_open(signin_of(call)->directory->store, &SQL_ACCESS_TOKEN_REVOKE, &revoke));
	TRY(bind_text(&revoke, 1, uti));
	TRY(bind_i64(&revoke, 2, ends_ms));
	return statement_run(&revoke);
}

err access_token_is_revoked(struct web_call *call, str uti, bool *out)
{
	SCOPED(statement) read = { 0 };

	TRY(statement_open(signin_of(call)->directory->store, &SQL_ACCESS_TOKEN_IS_REVOKED, &read));
	TRY(bind_text(&read, 1, uti));
	return statement_step(&read, out);
}
