#include "keys/key_record.h"

#include "codec/reader.h"
#include "codec/writer.h"

static void write_id(struct buffer *b, const struct uuid *id)
{
	buffer_append(b, bytes_of(id->b, 16));
}

static void encode_key(struct buffer *b, const struct key_record *k)
{
	write_id(b, &k->meta.id);
	write_u32(b, k->meta.version);
	write_u8(b, (uint8_t)k->meta.kind);
	write_u8(b, (uint8_t)k->meta.state);
	write_u8(b, k->meta.alg);
	write_id(b, &k->meta.tenant);
	write_id(b, &k->meta.database);
	write_id(b, &k->meta.wrapping_id);
	write_u32(b, k->meta.wrapping_version);
	write_u64(b, (uint64_t)k->meta.created_ms);
	write_str16(b, (str){ (const char *)k->wrapped, k->wrapped_len });
	write_u64(b, (uint64_t)k->meta.since_ms);
}

static void encode_anchor(struct buffer *b, const struct anchor_record *a)
{
	write_id(b, &a->database);
	write_u64(b, a->anchor.change_counter);
	write_u32(b, a->anchor.page_count);
	buffer_append(b, bytes_of(a->anchor.wal_salts, sizeof a->anchor.wal_salts));
	buffer_append(b, bytes_of(a->anchor.page1_tag, sizeof a->anchor.page1_tag));
	write_u64(b, (uint64_t)a->anchor.time_ms);
}

void record_encode(struct buffer *b, const struct record *r)
{
	write_u8(b, (uint8_t)r->kind);
	switch (r->kind) {
	case RECORD_KEY:
		encode_key(b, &r->key);
		break;
	case RECORD_TENANT:
		write_id(b, &r->tenant.tenant);
		write_str16(b, (str){ r->tenant.issuer, r->tenant.issuer_len });
		break;
	case RECORD_ANCHOR:
		encode_anchor(b, &r->anchor);
		break;
	case RECORD_CHECKPOINT:
		write_id(b, &r->checkpoint.log_id);
		write_u64(b, r->checkpoint.size);
		buffer_append(b, bytes_of(r->checkpoint.root, 32));
		break;
	}
}

static bool decode_key(struct reader *r, struct key_record *k)
{
	read_into(r, k->meta.id.b, 16);
	k->meta.version = read_u32(r);
	k->meta.kind = (enum key_kind)read_u8(r);
	k->meta.state = (enum key_state)read_u8(r);
	k->meta.alg = read_u8(r);
	read_into(r, k->meta.tenant.b, 16);
	read_into(r, k->meta.database.b, 16);
	read_into(r, k->meta.wrapping_id.b, 16);
	k->meta.wrapping_version = read_u32(r);
	k->meta.created_ms = (int64_t)read_u64(r);
	str wrapped = read_str16(r);
	k->meta.since_ms = r->rest.len ? (int64_t)read_u64(r) : k->meta.created_ms; /* stores of before there was rotation */
	if (r->bad || wrapped.len > sizeof k->wrapped || k->meta.kind == 0 || k->meta.kind >= KEY_KIND_COUNT ||
	    k->meta.state == 0 || k->meta.state >= KEY_STATE_COUNT)
		return false;
	k->wrapped_len = (uint16_t)wrapped.len;
	memcpy(k->wrapped, wrapped.at, wrapped.len);
	return true;
}

static bool decode_tenant(struct reader *r, struct tenant_record *t)
{
	read_into(r, t->tenant.b, 16);
	str issuer = read_str16(r);
	if (r->bad || issuer.len > sizeof t->issuer)
		return false;
	t->issuer_len = (uint16_t)issuer.len;
	memcpy(t->issuer, issuer.at, issuer.len);
	return true;
}

static bool decode_anchor(struct reader *r, struct anchor_record *a)
{
	read_into(r, a->database.b, 16);
	a->anchor.change_counter = read_u64(r);
	a->anchor.page_count = read_u32(r);
	read_into(r, a->anchor.wal_salts, sizeof a->anchor.wal_salts);
	read_into(r, a->anchor.page1_tag, sizeof a->anchor.page1_tag);
	a->anchor.time_ms = (int64_t)read_u64(r);
	return true;
}

static bool decode_checkpoint(struct reader *r, struct checkpoint_record *c)
{
	read_into(r, c->log_id.b, 16);
	c->size = read_u64(r);
	read_into(r, c->root, 32);
	return true;
}

err record_decode(bytes raw, struct record *out)
{
	struct reader r = reader_of(raw);
	bool good = false;
	out->kind = (enum record_kind)read_u8(&r);
	switch (out->kind) {
	case RECORD_KEY:
		good = decode_key(&r, &out->key);
		break;
	case RECORD_TENANT:
		good = decode_tenant(&r, &out->tenant);
		break;
	case RECORD_ANCHOR:
		good = decode_anchor(&r, &out->anchor);
		break;
	case RECORD_CHECKPOINT:
		good = decode_checkpoint(&r, &out->checkpoint);
		break;
	}
	if (!good || !reader_is_exact(&r))
		FAIL(ERR_CORRUPT, "malformed record in the key store");
	return OK;
}

bool record_same_subject(const struct record *a, const struct record *b)
{
	if (a->kind != b->kind)
		return false;
	switch (a->kind) {
	case RECORD_KEY:
		return uuid_equal(&a->key.meta.id, &b->key.meta.id) && a->key.meta.version == b->key.meta.version;
	case RECORD_TENANT:
		return uuid_equal(&a->tenant.tenant, &b->tenant.tenant);
	case RECORD_ANCHOR:
		return uuid_equal(&a->anchor.database, &b->anchor.database);
	case RECORD_CHECKPOINT:
		return uuid_equal(&a->checkpoint.log_id, &b->checkpoint.log_id);
	}
	return false;
}
