#include "keys/keeper.h"

#include "crypto/jwk.h"
#include "host/log.h"
#include "host/random.h"
#include "host/secret_memory.h"
#include "keys/keeper_internal.h"
#include "keys/keeper_rotate.h"

/* What a crash in the middle of a rotation left undone. Without room on the disk the keys serve as they are. */
static void settle_all(struct keeper *keeper)
{
	const struct record *r;
	for (size_t i = 0; (r = key_store_at(keeper->store, i)); i++) {
		if (r->kind != RECORD_TENANT || uuid_is_nil(&r->tenant.tenant))
			continue;
		struct uuid tenant = r->tenant.tenant;
		err e = keeper_settle_keys(keeper, &tenant, false);
		if (failed(e))
			log_err("signing keys of a tenant", e);
	}
}

err keeper_open(const char *store_path, const struct wrapping_key *root, int64_t (*now_ms)(void), struct keeper **out)
{
	void *pages;
	TRY(secret_memory_new(sizeof(struct keeper), &pages)); /* ticket keys are in it */
	struct keeper *keeper = pages;
	keeper->now_ms = now_ms;
	err e = key_store_open(store_path, root, &keeper->store);
	if (failed(e)) {
		secret_memory_free(keeper, sizeof *keeper);
		return e;
	}
	settle_all(keeper);
	*out = keeper;
	return OK;
}

void keeper_close(struct keeper *keeper)
{
	if (!keeper)
		return;
	for (size_t i = 0; i < SIGNERS_CACHED; i++)
		sign_key_free(keeper->signers[i].key);
	for (size_t i = 0; i < TLS_KEYS_HELD_MAX; i++)
		sign_key_free(keeper->tls_held[i].key);
	key_store_close(keeper->store);
	secret_memory_free(keeper, sizeof *keeper);
}

/* --- finding --- */

const struct key_record *keeper_find_key(const struct keeper *keeper, enum key_kind kind, const struct uuid *tenant,
					 const struct uuid *database)
{
	const struct record_place place = { RECORD_KEY, kind, *tenant, *database };
	const struct key_record *best = NULL;
	for (const struct record *r = NULL; (r = key_store_find(keeper->store, &place, r));)
		if (r->key.meta.state == KEY_ACTIVE && (!best || r->key.meta.version > best->meta.version))
			best = &r->key;
	return best;
}

const struct tenant_record *keeper_find_tenant(const struct keeper *keeper, const struct uuid *tenant)
{
	const struct record_place place = { .kind = RECORD_TENANT, .tenant = *tenant };
	const struct record *r = key_store_find(keeper->store, &place, NULL);
	return r ? &r->tenant : NULL;
}

static const struct uuid nil_id = { { 0 } };

err keeper_tenant_key(const struct keeper *keeper, const struct uuid *tenant, struct wrapping_key *out,
		      const struct key_record **out_record)
{
	const struct key_record *record = keeper_find_key(keeper, KEY_TENANT, tenant, &nil_id);
	if (!record)
		FAIL(ERR_NOT_FOUND, "no such tenant");
	*out_record = record;
	return key_unwrap(key_store_epoch_key(keeper->store), &record->meta, bytes_of(record->wrapped, record->wrapped_len),
			  out->k);
}

/* --- making --- */

static err store_key(struct keeper *keeper, struct key_record *key, const struct wrapping_key *by,
		     const struct key_meta *by_meta, bytes plain)
{
	struct record record = { .kind = RECORD_KEY };
	if (plain.len + WRAPPED_OVERHEAD > sizeof key->wrapped)
		FAIL(ERR_LIMIT, "key longer than its record");
	key->meta.id = random_uuid_v4();
	if (!key->meta.version)
		key->meta.version = 1;
	if (!key->meta.state)
		key->meta.state = KEY_ACTIVE;
	key->meta.created_ms = key->meta.since_ms = keeper->now_ms();
	key->meta.wrapping_id = by_meta->id;
	key->meta.wrapping_version = by_meta->version;
	TRY(key_wrap(by, &key->meta, plain, key->wrapped));
	key->wrapped_len = (uint16_t)(plain.len + WRAPPED_OVERHEAD);
	record.key = *key;
	TRY(key_store_put(keeper->store, &record));
	keeper->keys_made++;
	return OK;
}

static err make_tenant_key(struct keeper *keeper, const struct uuid *tenant)
{
	SECRET(wrapping_key) fresh;
	struct key_record key = { .meta = { .kind = KEY_TENANT, .tenant = *tenant } };
	random_bytes(fresh.k, sizeof fresh.k);
	return store_key(keeper, &key, key_store_epoch_key(keeper->store), key_store_epoch_meta(keeper->store),
			 bytes_of(fresh.k, sizeof fresh.k));
}

err keeper_make_signer(struct keeper *keeper, const struct key_meta *meta, const struct sign_key *signer)
{
	SECRET(wrapping_key) by;
	const struct key_record *tenant_key;
	uint8_t der[SIGN_PRIVATE_BYTES_MAX];
	size_t len;
	struct key_record key = { .meta = *meta };
	key.meta.alg = (uint8_t)sign_key_alg(signer);
	TRY(keeper_tenant_key(keeper, &meta->tenant, &by, &tenant_key));
	struct key_meta by_meta = tenant_key->meta;
	TRY(sign_key_export(signer, der, sizeof der, &len));
	err e = store_key(keeper, &key, &by, &by_meta, bytes_of(der, len));
	explicit_bzero(der, sizeof der);
	return e;
}

err keeper_create_tenant(struct keeper *keeper, const struct uuid *tenant, str issuer)
{
	struct record record = { .kind = RECORD_TENANT, .tenant = { .tenant = *tenant, .issuer_len = (uint16_t)issuer.len } };
	const struct tenant_record *known = keeper_find_tenant(keeper, tenant);
	if (issuer.len > sizeof record.tenant.issuer)
		FAIL(ERR_LIMIT, "issuer too long");
	if (known && !str_equal((str){ known->issuer, known->issuer_len }, issuer))
		FAIL(ERR_CONFLICT, "the tenant has another issuer already");
	if (!keeper_find_key(keeper, KEY_TENANT, tenant, &nil_id))
		TRY(make_tenant_key(keeper, tenant));
	if (!uuid_is_nil(tenant))
		TRY(keeper_settle_keys(keeper, tenant, false));
	if (known)
		return OK;
	memcpy(record.tenant.issuer, issuer.at ? issuer.at : "", issuer.len);
	return key_store_put(keeper->store, &record); /* last: its presence says that the tenant is whole */
}

err keeper_create_database(struct keeper *keeper, const struct uuid *tenant, const struct uuid *database)
{
	SECRET(wrapping_key) by;
	SECRET(wrapping_key) fresh;
	const struct key_record *tenant_key;
	struct key_record key = { .meta = { .kind = KEY_DATABASE, .tenant = *tenant, .database = *database } };
	if (keeper_find_key(keeper, KEY_DATABASE, tenant, database))
		return OK;
	TRY(keeper_tenant_key(keeper, tenant, &by, &tenant_key));
	struct key_meta by_meta = tenant_key->meta;
	random_bytes(fresh.k, sizeof fresh.k);
	return store_key(keeper, &key, &by, &by_meta, bytes_of(fresh.k, sizeof fresh.k));
}

/* --- signing keys, decoded --- */

static struct cached_signer *cache_slot(struct keeper *keeper)
{
	struct cached_signer *oldest = &keeper->signers[0];
	for (size_t i = 0; i < SIGNERS_CACHED; i++) {
		struct cached_signer *slot = &keeper->signers[i];
		if (!slot->key)
			return slot;
		if (slot->used < oldest->used)
			oldest = slot;
	}
	sign_key_free(oldest->key);
	*oldest = (struct cached_signer){ .key = NULL };
	return oldest;
}

static err decode_signer(struct keeper *keeper, const struct key_record *record, struct sign_key **out)
{
	SECRET(wrapping_key) by;
	const struct key_record *tenant_key;
	uint8_t der[WRAPPED_BYTES_MAX];
	TRY(keeper_tenant_key(keeper, &record->meta.tenant, &by, &tenant_key));
	err e = key_unwrap(&by, &record->meta, bytes_of(record->wrapped, record->wrapped_len), der);
	if (!failed(e))
		e = sign_key_import(bytes_of(der, record->wrapped_len - WRAPPED_OVERHEAD), out);
	explicit_bzero(der, sizeof der);
	return e;
}

void keeper_forget_signer(struct keeper *keeper, const struct uuid *key_id)
{
	for (size_t i = 0; i < SIGNERS_CACHED; i++) {
		struct cached_signer *slot = &keeper->signers[i];
		if (!slot->key || !uuid_equal(&slot->key_id, key_id))
			continue;
		sign_key_free(slot->key);
		*slot = (struct cached_signer){ .key = NULL };
	}
}

err keeper_signer(struct keeper *keeper, const struct key_record *record, const struct cached_signer **out)
{
	struct public_numbers numbers;
	struct sign_key *key;
	for (size_t i = 0; i < SIGNERS_CACHED; i++) {
		struct cached_signer *slot = &keeper->signers[i];
		if (slot->key && uuid_equal(&slot->key_id, &record->meta.id)) {
			slot->used = ++keeper->uses;
			*out = slot;
			return OK;
		}
	}
	TRY(decode_signer(keeper, record, &key));
	struct cached_signer *slot = cache_slot(keeper);
	*slot = (struct cached_signer){ .key_id = record->meta.id, .key = key, .used = ++keeper->uses };
	TRY(sign_key_public(key, &numbers));
	if (numbers.alg != SIGN_ED25519)
		TRY(jwk_thumbprint(&numbers, slot->kid));
	*out = slot;
	return OK;
}
