#include "signin/lockout_store.h"

#include "crypto/mac.h"
#include "signin/sql_catalog.h"

err lockout_find(struct web_call *call, int64_t user_key, bool familiar, struct lockout *out)
{
	SCOPED(statement) read = { 0 };
	bool row = false;

	*out = (struct lockout){ 0 };
	TRY(statement_open(signin_of(call)->directory->store, &SQL_LOCKOUT_READ, &read));
	TRY(bind_i64(&read, 1, user_key));
	TRY(bind_i64(&read, 2, familiar));
	TRY(statement_step(&read, &row));
	if (!row)
		return OK;
	bytes digests = column_bytes(&read, 2);
	out->failures = (uint32_t)column_i64(&read, 0);
	out->locked_until.ms = column_i64(&read, 1);
	if (digests.len == sizeof out->digests)
		memcpy(out->digests, digests.at, digests.len);
	return OK;
}

/* Keyed, and different for each person: the stored digest tells nobody who has which password. */
static void digest_of(struct web_call *call, int64_t user_key, str password, uint8_t out[static LOCKOUT_DIGEST_BYTES])
{
	struct signin *s = signin_of(call);
	bytes parts[] = { bytes_of_str(S("wrong password")), bytes_of(&user_key, sizeof user_key), bytes_of_str(password) };
	struct sha256 mac = hmac_sha256_parts(bytes_of(s->lookup_key, sizeof s->lookup_key), parts, COUNT_OF(parts));

	memcpy(out, mac.b, LOCKOUT_DIGEST_BYTES);
}

err lockout_count(struct web_call *call, int64_t user_key, bool familiar, str password, struct lockout *l)
{
	SCOPED(statement) put = { 0 };
	uint8_t digest[LOCKOUT_DIGEST_BYTES];

	digest_of(call, user_key, password, digest);
	if (!lockout_fail(l, digest, call->now))
		return OK;
	TRY(statement_open(signin_of(call)->directory->store, &SQL_LOCKOUT_PUT, &put));
	TRY(bind_i64(&put, 1, user_key));
	TRY(bind_i64(&put, 2, familiar));
	TRY(bind_i64(&put, 3, l->failures));
	TRY(bind_i64(&put, 4, l->locked_until.ms));
	TRY(bind_bytes(&put, 5, bytes_of(l->digests, sizeof l->digests)));
	return statement_run(&put);
}

err lockout_forgive(struct web_call *call, int64_t user_key, bool familiar)
{
	SCOPED(statement) clear = { 0 };

	TRY(statement_open(signin_of(call)->directory->store, &SQL_LOCKOUT_CLEAR, &clear));
	TRY(bind_i64(&clear, 1, user_key));
	TRY(bind_i64(&clear, 2, familiar));
	return statement_run(&clear);
}
