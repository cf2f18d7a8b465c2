#include "directory/access_pass.h"

#include "codec/base64.h"
#include "crypto/hash.h"
#include "crypto/secret.h"
#include "directory/sql_catalog.h"
#include "host/random.h"

static void make_text(char out[static ACCESS_PASS_CHARS + 1])
{
	uint8_t raw[ACCESS_PASS_OCTETS];
	struct buffer b;

	random_bytes(raw, sizeof raw);
	buffer_init(&b, 64);
	base64url_write(&b, bytes_of(raw, sizeof raw));
	memcpy(out, b.at, ACCESS_PASS_CHARS);
	out[ACCESS_PASS_CHARS] = 0;
	explicit_bzero(b.at, b.len);
	buffer_release(&b);
	explicit_bzero(raw, sizeof raw);
}

err access_pass_make(struct store *store, int64_t user_key, const struct access_pass *pass, struct instant now,
		     char out_text[static ACCESS_PASS_CHARS + 1])
{
	SCOPED(statement) s = { 0 };

	make_text(out_text);
	struct sha256 digest = sha256_of(bytes_of(out_text, ACCESS_PASS_CHARS));
	TRY(statement_open(store, &SQL_ACCESS_PASS_PUT, &s));
	TRY(bind_i64(&s, 1, user_key));
	TRY(bind_uuid(&s, 2, &pass->id));
	TRY(bind_bytes(&s, 3, bytes_of(digest.b, sizeof digest.b)));
	TRY(bind_i64(&s, 4, pass->starts.ms));
	TRY(bind_i64(&s, 5, pass->ends.ms));
	TRY(bind_i64(&s, 6, pass->once));
	TRY(bind_i64(&s, 7, now.ms));
	return statement_run(&s);
}

err access_pass_find(struct store *store, int64_t user_key, str text, struct instant now, struct access_pass *out)
{
	SCOPED(statement) s = { 0 };
	struct sha256 digest = sha256_of(bytes_of_str(text));
	bool row = false;

	TRY(statement_open(store, &SQL_ACCESS_PASS_OF, &s));
	TRY(bind_i64(&s, 1, user_key));
	TRY(statement_step(&s, &row));
	if (!row)
		FAIL(ERR_NOT_FOUND, "the person has no pass");
	struct access_pass pass = { .id = column_uuid(&s, 0), .starts = { column_i64(&s, 2) }, .ends = { column_i64(&s, 3) },
				    .once = column_i64(&s, 4) };
	bool spent = pass.once && column_i64(&s, 5);
	if (!secret_equal(column_bytes(&s, 1), bytes_of(digest.b, sizeof digest.b)) || spent ||
	    instant_before(now, pass.starts) || !instant_before(now, pass.ends))
		FAIL(ERR_NOT_FOUND, "that is not a pass which can be used now");
	*out = pass;
	return OK;
}

err access_pass_use(struct store *store, int64_t user_key, const struct access_pass *pass, struct instant now)
{
	SCOPED(statement) s = { 0 };

	TRY(statement_open(store, &SQL_ACCESS_PASS_USE, &s));
	TRY(bind_i64(&s, 1, user_key));
	TRY(bind_uuid(&s, 2, &pass->id));
	TRY(bind_i64(&s, 3, now.ms));
	return statement_run_one(&s);
}

err access_pass_delete(struct store *store, int64_t user_key, const struct uuid *id)
{
	SCOPED(statement) s = { 0 };

	TRY(statement_open(store, &SQL_ACCESS_PASS_DELETE, &s));
	TRY(bind_i64(&s, 1, user_key));
	TRY(bind_uuid(&s, 2, id));
	return statement_run_one(&s);
}
