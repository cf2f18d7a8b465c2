#include "keys/keeper_rotate.h"

#include "crypto/jwk.h"
#include "host/fault.h"
#include "keys/keeper_internal.h"

enum { HOUR_MS = 3600 * 1000, POINT_BYTES = 64 };

static const struct uuid nil_id = { { 0 } };

static struct record_place token_place(const struct uuid *tenant)
{
	return (struct record_place){ .kind = RECORD_KEY, .key_kind = KEY_TOKEN, .tenant = *tenant };
}

/* The newest (or, downwards, the oldest) of that algorithm in that state. */
static const struct key_record *find(const struct keeper *keeper, const struct uuid *tenant, uint8_t alg, enum key_state state,
				     bool newest)
{
	const struct record_place place = token_place(tenant);
	const struct key_record *best = NULL;
	for (const struct record *r = NULL; (r = key_store_find(keeper->store, &place, r));)
		if (r->key.meta.state == state && r->key.meta.alg == alg &&
		    (!best || (r->key.meta.version > best->meta.version) == newest))
			best = &r->key;
	return best;
}

const struct key_record *keeper_token_key(const struct keeper *keeper, const struct uuid *tenant, uint8_t alg)
{
	return find(keeper, tenant, alg, KEY_ACTIVE, true);
}

bool keeper_key_is_published(const struct keeper *keeper, const struct key_record *key)
{
	int64_t ends_ms = key->meta.since_ms + (int64_t)KEY_RETIRED_HOURS * HOUR_MS;
	return key->meta.state < KEY_RETIRED || (key->meta.state == KEY_RETIRED && keeper->now_ms() < ends_ms);
}

/* --- the public half, which is all that is left of a retired key: x and y, or the modulus --- */

static err keep_public_half(struct keeper *keeper, struct key_record *key)
{
	struct public_numbers n;
	char kid[44];
	TRY(keeper_public_half(keeper, key, &n, kid));
	explicit_bzero(key->wrapped, sizeof key->wrapped);
	if (n.alg == SIGN_RS256) {
		memcpy(key->wrapped, n.n, n.n_len);
		key->wrapped_len = (uint16_t)n.n_len;
		return OK;
	}
	memcpy(key->wrapped, n.x, 32);
	memcpy(key->wrapped + 32, n.y, 32);
	key->wrapped_len = POINT_BYTES;
	return OK;
}

static err read_public_half(const struct key_record *key, struct public_numbers *out)
{
	*out = (struct public_numbers){ .alg = (enum sign_alg)key->meta.alg };
	if (out->alg == SIGN_RS256 && key->wrapped_len <= sizeof out->n) {
		out->n_len = key->wrapped_len;
		memcpy(out->n, key->wrapped, key->wrapped_len);
	} else if (out->alg == SIGN_ES256 && key->wrapped_len == POINT_BYTES) {
		memcpy(out->x, key->wrapped, 32);
		memcpy(out->y, key->wrapped + 32, 32);
	} else {
		FAIL(ERR_CORRUPT, "a retired key of an impossible form");
	}
	return OK;
}

err keeper_public_half(struct keeper *keeper, const struct key_record *key, struct public_numbers *out, char out_kid[static 44])
{
	const struct cached_signer *signer;
	if (key->meta.state == KEY_RETIRED) {
		TRY(read_public_half(key, out));
		return jwk_thumbprint(out, out_kid);
	}
	TRY(keeper_signer(keeper, key, &signer));
	memcpy(out_kid, signer->kid, sizeof signer->kid);
	return sign_key_public(signer->key, out);
}

/* --- steps --- */

static err make_next(struct keeper *keeper, const struct uuid *tenant, uint8_t alg, enum key_state state)
{
	const struct record_place place = token_place(tenant);
	struct sign_key *signer;
	uint32_t version = 1;
	for (const struct record *r = NULL; (r = key_store_find(keeper->store, &place, r));)
		if (r->key.meta.version >= version)
			version = r->key.meta.version + 1;
	TRY(sign_key_generate((enum sign_alg)alg, &signer));
	err e = keeper_make_signer(keeper, &(struct key_meta){ .kind = KEY_TOKEN, .state = state, .version = version,
							       .tenant = *tenant, .database = nil_id }, signer);
	sign_key_free(signer);
	return e;
}

static err activate(struct keeper *keeper, const struct key_record *next)
{
	struct record record = { .kind = RECORD_KEY, .key.meta = next->meta, .key.wrapped_len = next->wrapped_len };
	memcpy(record.key.wrapped, next->wrapped, next->wrapped_len); /* not the whole struct: record_table.h */
	record.key.meta.state = KEY_ACTIVE;
	record.key.meta.since_ms = keeper->now_ms();
	return key_store_put(keeper->store, &record);
}

/* The private half goes from memory, from the record, and with the rewriting of the file from the disk. */
static err end_key(struct keeper *keeper, const struct key_record *key, enum key_state state)
{
	struct record record = { .kind = RECORD_KEY, .key.meta = key->meta, .key.wrapped_len = key->wrapped_len };
	bool had_private = key->meta.state < KEY_RETIRED;
	memcpy(record.key.wrapped, key->wrapped, key->wrapped_len);
	if (state == KEY_RETIRED) {
		TRY(keep_public_half(keeper, &record.key));
	} else {
		explicit_bzero(record.key.wrapped, sizeof record.key.wrapped);
		record.key.wrapped_len = 0;
	}
	record.key.meta.state = state;
	record.key.meta.since_ms = keeper->now_ms();
	TRY(had_private ? key_store_replace(keeper->store, &record) : key_store_put(keeper->store, &record));
	keeper_forget_signer(keeper, &record.key.meta.id);
	return OK;
}

static err retire_older(struct keeper *keeper, const struct uuid *tenant, uint8_t alg)
{
	const struct key_record *oldest;
	while ((oldest = find(keeper, tenant, alg, KEY_ACTIVE, false)) && oldest != keeper_token_key(keeper, tenant, alg))
		TRY(end_key(keeper, oldest, KEY_RETIRED));
	return OK;
}

static err forget_ended(struct keeper *keeper, const struct uuid *tenant, uint8_t alg, bool all)
{
	const struct key_record *oldest;
	while ((oldest = find(keeper, tenant, alg, KEY_RETIRED, false)) && (all || !keeper_key_is_published(keeper, oldest)))
		TRY(end_key(keeper, oldest, KEY_DESTROYED));
	return OK;
}

/* make_slow: also what takes long to make, an RSA key. A first RSA key is asked for (keeper_offer_rs256), never missed. */
static err settle(struct keeper *keeper, const struct uuid *tenant, uint8_t alg, bool make_slow)
{
	if (!keeper_token_key(keeper, tenant, alg))
		TRY(make_next(keeper, tenant, alg, KEY_ACTIVE));
	TRY(retire_older(keeper, tenant, alg));
	TRY(forget_ended(keeper, tenant, alg, false));
	if ((make_slow || alg == SIGN_ES256) && !find(keeper, tenant, alg, KEY_PREACTIVE, true))
		TRY(make_next(keeper, tenant, alg, KEY_PREACTIVE));
	return OK;
}

static bool has_alg(const struct keeper *keeper, const struct uuid *tenant, uint8_t alg)
{
	return alg == SIGN_ES256 || keeper_token_key(keeper, tenant, alg);
}

static const uint8_t token_algs[] = { SIGN_ES256, SIGN_RS256 };

err keeper_settle_keys(struct keeper *keeper, const struct uuid *tenant, bool make_slow)
{
	for (size_t i = 0; i < COUNT_OF(token_algs); i++)
		if (has_alg(keeper, tenant, token_algs[i]))
			TRY(settle(keeper, tenant, token_algs[i], make_slow));
	return OK;
}

err keeper_offer_rs256(struct keeper *keeper, const struct uuid *tenant)
{
	if (keeper_token_key(keeper, tenant, SIGN_RS256))
		return OK;
	if (uuid_is_nil(tenant) || !keeper_find_tenant(keeper, tenant))
		FAIL(ERR_NOT_FOUND, "no such tenant");
	return make_next(keeper, tenant, SIGN_RS256, KEY_ACTIVE);
}

/* --- rotation --- */

static size_t published(const struct keeper *keeper, const struct uuid *tenant)
{
	const struct record_place place = token_place(tenant);
	size_t count = 0;
	for (const struct record *r = NULL; (r = key_store_find(keeper->store, &place, r));)
		count += keeper_key_is_published(keeper, &r->key);
	return count;
}

static bool next_is_known(const struct keeper *keeper, const struct key_record *next)
{
	return keeper->now_ms() - next->meta.since_ms >= (int64_t)KEY_NEXT_HOURS * HOUR_MS;
}

static err check_all(const struct keeper *keeper, const struct uuid *tenant, enum key_rotation mode)
{
	size_t algs = 0;
	for (size_t i = 0; i < COUNT_OF(token_algs); i++) {
		const struct key_record *next = find(keeper, tenant, token_algs[i], KEY_PREACTIVE, true);
		algs += next != NULL;
		if (next && mode == ROTATE_PUBLISHED && !next_is_known(keeper, next))
			FAIL(ERR_CONFLICT, "the next key has not been published for a day");
	}
	if (mode != ROTATE_REMOVE && published(keeper, tenant) + algs > PUBLIC_KEYS_MAX)
		FAIL(ERR_LIMIT, "as many retired keys as can be published");
	return OK;
}

static err rotate(struct keeper *keeper, const struct uuid *tenant, uint8_t alg, bool remove, struct rotated_key *out)
{
	const struct key_record *old = keeper_token_key(keeper, tenant, alg), *next = find(keeper, tenant, alg, KEY_PREACTIVE, true);
	struct public_numbers n;
	if (!old || !next)
		FAIL(ERR_INTERNAL, "keys that were just made are missing");
	out->alg = alg == SIGN_RS256 ? TOKEN_RS256 : TOKEN_ES256;
	TRY(keeper_public_half(keeper, old, &n, out->before));
	TRY(keeper_public_half(keeper, next, &n, out->after));
	TRY(activate(keeper, next)); /* from here on it signs */
	FAULT("keys.rotate.activated");
	TRY(retire_older(keeper, tenant, alg));
	FAULT("keys.rotate.retired");
	if (remove)
		TRY(forget_ended(keeper, tenant, alg, true));
	FAULT("keys.rotate.forgotten");
	return settle(keeper, tenant, alg, true); /* its successor */
}

err keeper_rotate_keys(struct keeper *keeper, const struct uuid *tenant, enum key_rotation mode, struct rotated_keys *out)
{
	*out = (struct rotated_keys){ .tenant = *tenant };
	if (!keeper_find_tenant(keeper, tenant) || uuid_is_nil(tenant))
		FAIL(ERR_NOT_FOUND, "no such tenant");
	TRY(keeper_settle_keys(keeper, tenant, true));
	TRY(check_all(keeper, tenant, mode));
	for (size_t i = 0; i < COUNT_OF(token_algs); i++)
		if (has_alg(keeper, tenant, token_algs[i]))
			TRY(rotate(keeper, tenant, token_algs[i], mode == ROTATE_REMOVE, &out->key[out->count++]));
	FAULT("keys.rotate.done");
	return OK;
}

/* --- on schedule --- */

static bool is_due(const struct keeper *keeper, const struct uuid *tenant)
{
	const struct key_record *active = keeper_token_key(keeper, tenant, SIGN_ES256);
	const struct key_record *next = find(keeper, tenant, SIGN_ES256, KEY_PREACTIVE, true);
	return active && next && next_is_known(keeper, next) &&
	       keeper->now_ms() - active->meta.since_ms >= (int64_t)KEY_ACTIVE_DAYS * 24 * HOUR_MS;
}

/* An RSA key takes a tenth of a second, while others wait: one a request. It is not wanted before its day. */
static bool lacks_slow_key(const struct keeper *keeper, const struct uuid *tenant)
{
	return keeper_token_key(keeper, tenant, SIGN_RS256) && !find(keeper, tenant, SIGN_RS256, KEY_PREACTIVE, true);
}

/* Settles every tenant's keys and rotates the first that are due. ERR_NOT_FOUND: none were. */
static err rotate_due(struct keeper *keeper, struct rotated_keys *out)
{
	const struct record *r;
	bool made_slow = false;
	for (size_t i = 0; (r = key_store_at(keeper->store, i)); i++) {
		if (r->kind != RECORD_TENANT || uuid_is_nil(&r->tenant.tenant))
			continue;
		struct uuid tenant = r->tenant.tenant; /* what follows may move the record */
		bool make_slow = !made_slow && lacks_slow_key(keeper, &tenant);
		TRY(keeper_settle_keys(keeper, &tenant, make_slow));
		made_slow |= make_slow;
		if (is_due(keeper, &tenant))
			return keeper_rotate_keys(keeper, &tenant, ROTATE_PUBLISHED, out);
	}
	FAIL(ERR_NOT_FOUND, "no key is due");
}

err answer_rotate(struct keeper *keeper, const struct channel_binding *who, bytes request, uint8_t *out, size_t *out_len)
{
	struct keeper_rotate m;
	struct keeper_rotate_answer a = { .count = 0 };
	struct rotated_keys done;
	(void)who;
	memcpy(&m, request.at, sizeof m);
	if (m.mode < ROTATE_DUE || m.mode > ROTATE_REMOVE || (m.mode == ROTATE_DUE) != uuid_is_nil(&m.tenant))
		FAIL(ERR_INVALID, "malformed request to rotate keys");
	TRY(m.mode == ROTATE_DUE ? rotate_due(keeper, &done) :
				   keeper_rotate_keys(keeper, &m.tenant, (enum key_rotation)m.mode, &done));
	a.tenant = done.tenant;
	a.count = (uint32_t)done.count;
	for (size_t i = 0; i < done.count; i++) {
		a.key[i].alg = (uint8_t)done.key[i].alg;
		memcpy(a.key[i].before, done.key[i].before, sizeof a.key[i].before);
		memcpy(a.key[i].after, done.key[i].after, sizeof a.key[i].after);
	}
	memcpy(out, &a, sizeof a);
	*out_len = sizeof a;
	return OK;
}
