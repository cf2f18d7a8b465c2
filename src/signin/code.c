#include "signin/code.h"

#include "codec/base64.h"
#include "crypto/hash.h"
#include "host/random.h"
#include "signin/refresh_family.h"
#include "signin/sql_catalog.h"

enum { CODE_OCTETS = 32, CODE_KEPT_MS = 86400 * 1000 };

static err purge(struct web_call *call)
{
	SCOPED(statement) run = { 0 };

	TRY(statement_open(signin_of(call)->directory->store, &SQL_CODE_PURGE, &run));
	TRY(bind_i64(&run, 1, call->now.ms - CODE_KEPT_MS));
	return statement_run(&run);
}

static err bind_request(struct statement *s, const struct authorization *a)
{
	TRY(bind_uuid(s, 2, &a->client.app_id));
	TRY(bind_i64(s, 3, a->platform));
	TRY(bind_text(s, 6, a->redirect_uri));
	TRY(bind_i64(s, 7, a->request.has_redirect_uri));
	if (a->request.has_challenge)
		TRY(bind_bytes(s, 8, bytes_of(a->request.challenge.sha256, sizeof a->request.challenge.sha256)));
	else
		TRY(bind_null(s, 8));
	if (a->request.has_nonce)
		TRY(bind_text(s, 9, a->request.nonce));
	else
		TRY(bind_null(s, 9));
	return bind_i64(s, 13, a->request.client_info);
}

err code_issue(struct web_call *call, const struct authorization *a, const struct session *session, str scope, str *out_code)
{
	SCOPED(statement) insert = { 0 };
	uint8_t secret[CODE_OCTETS];

	TRY(purge(call));
	random_bytes(secret, sizeof secret);
	str code = base64url_text(call->arena, bytes_of(secret, sizeof secret));
	TRY_NEW(code.at);
	struct sha256 hash = sha256_of(bytes_of_str(code));
	TRY(statement_open(signin_of(call)->directory->store, &SQL_CODE_INSERT, &insert));
	TRY(bind_bytes(&insert, 1, bytes_of(hash.b, sizeof hash.b)));
	TRY(bind_request(&insert, a));
	TRY(bind_i64(&insert, 4, session->user_key));
	TRY(bind_uuid(&insert, 5, &session->id));
	TRY(bind_text(&insert, 10, scope));
	TRY(bind_i64(&insert, 11, session->auth_time.ms));
	TRY(bind_text(&insert, 12, session->methods));
	TRY(bind_i64(&insert, 14, call->now.ms));
	TRY(bind_i64(&insert, 15, call->now.ms + CODE_MS));
	TRY(statement_run(&insert));
	*out_code = code;
	return OK;
}

static str text_of(struct web_call *call, const struct statement *s, int column)
{
	return column_is_null(s, column) ? S("") : str_copy(call->arena, column_text(s, column));
}

static void read_columns(struct web_call *call, const struct statement *s, struct code *c)
{
	bytes challenge = column_bytes(s, 6);

	c->client = column_uuid(s, 0);
	c->platform = (enum redirect_platform)column_i64(s, 1);
	c->user_id = column_uuid(s, 2);
	c->session = column_uuid(s, 3);
	c->redirect_uri = text_of(call, s, 4);
	c->redirect_sent = column_i64(s, 5) != 0;
	c->has_challenge = challenge.len == sizeof c->challenge.sha256;
	if (c->has_challenge)
		memcpy(c->challenge.sha256, challenge.at, challenge.len);
	c->has_nonce = !column_is_null(s, 7);
	c->nonce = text_of(call, s, 7);
	c->scope = text_of(call, s, 8);
	c->auth_time.ms = column_i64(s, 9);
	c->methods = text_of(call, s, 10);
	c->client_info = column_i64(s, 11) != 0;
	c->ends.ms = column_i64(s, 12);
	c->used = !column_is_null(s, 13);
	c->has_family = !column_is_null(s, 14);
	c->family = column_uuid(s, 14);
	c->access_uti = text_of(call, s, 15);
	c->access_ends = column_i64(s, 16);
	c->user_key = column_i64(s, 17);
}

err code_find(struct web_call *call, str text, struct code *out)
{
	SCOPED(statement) read = { 0 };
	struct sha256 hash = sha256_of(bytes_of_str(text));
	bool row = false;

	TRY(statement_open(signin_of(call)->directory->store, &SQL_CODE_READ, &read));
	TRY(bind_bytes(&read, 1, bytes_of(hash.b, sizeof hash.b)));
	TRY(statement_step(&read, &row));
	if (!row)
		FAIL(ERR_NOT_FOUND, "no such code");
	*out = (struct code){ .hash = hash };
	read_columns(call, &read, out);
	return OK;
}

err code_use(struct web_call *call, const struct code *code, const struct uuid *family, str access_uti, int64_t access_ends_ms)
{
	SCOPED(statement) use = { 0 };

	TRY(statement_open(signin_of(call)->directory->store, &SQL_CODE_USE, &use));
	TRY(bind_bytes(&use, 1, bytes_of(code->hash.b, sizeof code->hash.b)));
	TRY(bind_i64(&use, 2, call->now.ms));
	if (family)
		TRY(bind_uuid(&use, 3, family));
	else
		TRY(bind_null(&use, 3));
	TRY(bind_text(&use, 4, access_uti));
	TRY(bind_i64(&use, 5, access_ends_ms));
	return statement_run_one(&use);
}

err code_revoke(struct web_call *call, const struct code *code)
{
	if (code->has_family)
		TRY(refresh_family_revoke(call, &code->family, S("code_replayed")));
	return access_token_revoke(call, code->access_uti, code->access_ends);
}
