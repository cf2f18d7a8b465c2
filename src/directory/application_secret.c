/* directory/application_secret.c - secrets of applications: 256 random bits, kept as SHA-256. */
#include "codec/base64.h"
#include "crypto/hash.h"
#include "directory/application.h"
#include "directory/sql_catalog.h"
#include "host/random.h"

static err count_secrets(struct store *store, int64_t key, int64_t *out)
{
	SCOPED(statement) s = { 0 };
	bool row = false;

	TRY(statement_open(store, &SQL_APPLICATION_SECRET_COUNT, &s));
	TRY(bind_i64(&s, 1, key));
	TRY(statement_step(&s, &row));
	*out = column_i64(&s, 0);
	return OK;
}

static void make_text(struct application_secret *out)
{
	uint8_t raw[SECRET_BYTES];
	struct buffer b;
	struct uuid id = random_uuid_v4();

	random_bytes(raw, sizeof raw);
	buffer_init(&b, 64);
	base64url_write(&b, bytes_of(raw, sizeof raw));
	memcpy(out->text, b.at, sizeof out->text - 1);
	out->text[sizeof out->text - 1] = 0;
	buffer_release(&b);
	explicit_bzero(raw, sizeof raw);
	memcpy(out->hint, out->text, 3);
	out->hint[3] = 0;
	uuid_format(&id, out->key_id);
}

err application_add_secret(struct store *store, int64_t key, struct application_secret *out)
{
	SCOPED(statement) s = { 0 };
	int64_t count = 0;

	TRY(count_secrets(store, key, &count));
	if (count >= SECRETS_MAX)
		FAIL(ERR_INVALID, "the application has as many secrets as it may have: remove one");
	make_text(out);
	struct sha256 digest = sha256_of(bytes_of_str(str_of(out->text)));
	TRY(statement_open(store, &SQL_APPLICATION_SECRET_ADD, &s));
	TRY(bind_i64(&s, 1, key));
	TRY(bind_text(&s, 2, str_of(out->key_id)));
	TRY(bind_bytes(&s, 3, bytes_of(digest.b, sizeof digest.b)));
	TRY(bind_text(&s, 4, str_of(out->hint)));
	TRY(bind_text_or_null(&s, 5, out->display_name));
	TRY(bind_i64(&s, 6, out->starts.ms));
	TRY(bind_i64(&s, 7, out->ends.ms));
	return statement_run(&s);
}

err application_remove_secret(struct store *store, int64_t key, str key_id)
{
	SCOPED(statement) s = { 0 };

	TRY(statement_open(store, &SQL_APPLICATION_SECRET_REMOVE, &s));
	TRY(bind_i64(&s, 1, key));
	TRY(bind_text(&s, 2, key_id));
	return statement_run_one(&s);
}
