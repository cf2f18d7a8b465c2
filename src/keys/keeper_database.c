/* Keys derived for one database, and its freshness anchor. */
#include "codec/writer.h"
#include "crypto/kdf.h"
#include "keys/keeper_internal.h"

/* encryption-and-keys section 2: the labels, each followed by the database's id. */
static err derive(const struct wrapping_key *database_key, const char *label, const struct uuid *database, uint8_t out[static 32])
{
	uint8_t info[64];
	size_t len = strlen(label);
	memcpy(info, label, len);
	memcpy(info + len, database->b, 16);
	return hkdf_expand(bytes_of(database_key->k, sizeof database_key->k), bytes_of(info, len + 16), out, 32);
}

static err unwrap_database_key(const struct keeper *keeper, const struct key_record *record, struct wrapping_key *out)
{
	SECRET(wrapping_key) by;
	const struct key_record *tenant_key;
	TRY(keeper_tenant_key(keeper, &record->meta.tenant, &by, &tenant_key));
	return key_unwrap(&by, &record->meta, bytes_of(record->wrapped, record->wrapped_len), out->k);
}

err answer_database_keys(struct keeper *keeper, const struct channel_binding *who, bytes request, uint8_t *out, size_t *out_len)
{
	struct keeper_database_keys_answer a = { .database_id = who->database, .version_count = 1 };
	SECRET(wrapping_key) key;
	const struct uuid *id = &who->database;
	(void)request;
	const struct key_record *record = keeper_find_key(keeper, KEY_DATABASE, &who->tenant, id);
	if (!record)
		FAIL(ERR_NOT_FOUND, "no such database");
	TRY(unwrap_database_key(keeper, record, &key));
	a.versions[0] = record->meta.version;
	TRY(derive(&key, "bw/page/1", id, a.page[0]));
	TRY(derive(&key, "bw/walhdr/1", id, a.wal_header[0]));
	TRY(derive(&key, "bw/anchor/1", id, a.anchor));
	TRY(derive(&key, "bw/blob/1", id, a.blob));
	TRY(derive(&key, "bw/audit/1", id, a.audit));
	TRY(derive(&key, "bw/cookie/1", id, a.cookie));
	TRY(derive(&key, "bw/lookup/1", id, a.lookup));
	memcpy(out, &a, sizeof a);
	explicit_bzero(&a, sizeof a);
	*out_len = sizeof a;
	return OK;
}

err answer_anchor_put(struct keeper *keeper, const struct channel_binding *who, bytes request, uint8_t *out, size_t *out_len)
{
	struct keeper_anchor m;
	struct record record = { .kind = RECORD_ANCHOR };
	(void)out;
	memcpy(&m, request.at, sizeof m);
	record.anchor.database = who->database;
	record.anchor.anchor = (struct database_anchor){ .change_counter = m.change_counter, .page_count = m.page_count,
							  .time_ms = m.time_ms };
	memcpy(record.anchor.anchor.wal_salts, m.wal_salts, sizeof m.wal_salts);
	memcpy(record.anchor.anchor.page1_tag, m.page1_tag, sizeof m.page1_tag);
	*out_len = sizeof(struct keeper_head);
	return key_store_put(keeper->store, &record);
}

err answer_anchor_get(struct keeper *keeper, const struct channel_binding *who, bytes request, uint8_t *out, size_t *out_len)
{
	const struct record_place place = { .kind = RECORD_ANCHOR, .database = who->database };
	const struct record *r = key_store_find(keeper->store, &place, NULL);
	(void)request;
	if (!r)
		FAIL(ERR_NOT_FOUND, "no anchor yet");
	const struct database_anchor *from = &r->anchor.anchor;
	struct keeper_anchor a = { .change_counter = from->change_counter, .page_count = from->page_count,
				   .time_ms = from->time_ms };
	memcpy(a.wal_salts, from->wal_salts, sizeof a.wal_salts);
	memcpy(a.page1_tag, from->page1_tag, sizeof a.page1_tag);
	memcpy(out, &a, sizeof a);
	*out_len = sizeof a;
	return OK;
}

err answer_create_tenant(struct keeper *keeper, const struct channel_binding *who, bytes request, uint8_t *out, size_t *out_len)
{
	struct keeper_create_tenant m;
	(void)who;
	(void)out;
	memcpy(&m, request.at, sizeof m);
	if (uuid_is_nil(&m.tenant) || m.issuer_len == 0 || m.issuer_len > sizeof m.issuer)
		FAIL(ERR_INVALID, "a tenant has an id and an issuer");
	*out_len = sizeof(struct keeper_head);
	return keeper_create_tenant(keeper, &m.tenant, (str){ m.issuer, m.issuer_len });
}

err answer_create_database(struct keeper *keeper, const struct channel_binding *who, bytes request, uint8_t *out,
			   size_t *out_len)
{
	struct keeper_create_database m;
	(void)who;
	(void)out;
	memcpy(&m, request.at, sizeof m);
	if (uuid_is_nil(&m.database) || uuid_is_nil(&m.tenant))
		FAIL(ERR_INVALID, "a database has an id and a tenant");
	*out_len = sizeof(struct keeper_head);
	return keeper_create_database(keeper, &m.tenant, &m.database);
}
