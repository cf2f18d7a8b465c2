/* What the keeper signs: tokens that begin with their own tenant, checkpoints that continue what was signed before, and the
 * two forms that TLS signs. Nothing else ever reaches a private key. */
#include "codec/base64.h"
#include "crypto/merkle.h"
#include "host/log.h"
#include "host/random.h"
#include "keys/keeper_internal.h"
#include "keys/keeper_rotate.h"

static const struct uuid nil_id = { { 0 } };

/* --- tokens --- */

/* `{"iss":"<issuer>","tid":"<tenant>",` and nowhere else "iss" or "tid". The claims are our own writer's JSON: quotes inside
 * strings are escaped, so the bare text "iss" can only be a member's name (or a value, refused alike); escapes other than
 * those of controls could spell a name and are refused. No parser runs here. */
static err check_claims(str claims, str issuer, const struct uuid *tenant)
{
	char id[UUID_TEXT_LEN + 1];
	const str parts[] = { S("{\"iss\":\""), issuer, S("\",\"tid\":\""), { id, UUID_TEXT_LEN }, S("\",") };
	str rest = claims;
	uuid_format(tenant, id);
	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		if (!str_starts_with(rest, parts[i]))
			FAIL(ERR_DENIED, "claims that do not begin with the tenant's own issuer and id");
		rest = str_from(rest, parts[i].len);
	}
	if (str_find(rest, S("\"iss\""), 0) != SIZE_MAX || str_find(rest, S("\"tid\""), 0) != SIZE_MAX)
		FAIL(ERR_DENIED, "claims that say issuer or tenant twice");
	for (size_t i = str_find(rest, S("\\u"), 0); i != SIZE_MAX; i = str_find(rest, S("\\u"), i + 2)) {
		str code = str_slice(rest, i + 2, i + 5);
		if (!str_equal(code, S("000")) && !str_equal(code, S("001")))
			FAIL(ERR_DENIED, "claims with an escape that their writer does not make");
	}
	if (rest.len == 0 || rest.at[rest.len - 1] != '}')
		FAIL(ERR_INVALID, "claims that are not an object");
	return OK;
}

static const char *token_typ(uint8_t type)
{
	switch (type) {
	case TOKEN_ACCESS:
		return "at+jwt";
	case TOKEN_ID:
		return "JWT";
	case TOKEN_LOGOUT:
		return "logout+jwt";
	default:
		return NULL;
	}
}

static err write_token(const struct cached_signer *signer, const char *typ, str claims, struct buffer *token)
{
	uint8_t signature[SIGN_BYTES_MAX];
	size_t len;
	SCOPED(buffer) header = { 0 };
	buffer_init(&header, 512);
	buffer_append_format(&header, "{\"alg\":\"%s\",\"typ\":\"%s\",\"kid\":\"%s\"}",
			     sign_key_alg(signer->key) == SIGN_RS256 ? "RS256" : "ES256", typ, signer->kid);
	base64url_write(token, buffer_bytes(&header));
	buffer_append_char(token, '.');
	base64url_write(token, bytes_of_str(claims));
	if (header.failed || token->failed)
		FAIL(ERR_LIMIT, "token longer than allowed");
	TRY(sign_message(signer->key, buffer_bytes(token), signature, &len));
	buffer_append_char(token, '.');
	base64url_write(token, bytes_of(signature, len));
	if (token->failed)
		FAIL(ERR_LIMIT, "token longer than allowed");
	return OK;
}

err keeper_token_answer(struct keeper *keeper, const struct key_record *key, const char *typ, str claims, uint8_t *out, size_t *out_len)
{
	struct keeper_sign_token_answer a = { .token_len = 0 };
	const struct cached_signer *signer;
	SCOPED(buffer) token = { 0 };
	TRY(keeper_signer(keeper, key, &signer));
	buffer_init(&token, sizeof a.token);
	TRY(write_token(signer, typ, claims, &token));
	a.token_len = (uint32_t)token.len;
	memcpy(a.token, token.at, token.len);
	memcpy(out, &a, sizeof a);
	*out_len = sizeof a;
	return OK;
}

err answer_sign_token(struct keeper *keeper, const struct channel_binding *who, bytes request, uint8_t *out, size_t *out_len)
{
	struct keeper_sign_token m;
	memcpy(&m, request.at, sizeof m);
	const char *typ = token_typ(m.type);
	if (!typ || m.claims_len > sizeof m.claims)
		FAIL(ERR_INVALID, "malformed token request");
	const struct tenant_record *tenant = keeper_find_tenant(keeper, &who->tenant);
	const struct key_record *key = keeper_token_key(keeper, &who->tenant, m.alg);
	if (!tenant || !key)
		FAIL(ERR_NOT_FOUND, "the tenant has no such signing key");
	str claims = { m.claims, m.claims_len };
	TRY(check_claims(claims, (str){ tenant->issuer, tenant->issuer_len }, &who->tenant));
	return keeper_token_answer(keeper, key, typ, claims, out, out_len);
}

err answer_public_keys(struct keeper *keeper, const struct channel_binding *who, bytes request, uint8_t *out, size_t *out_len)
{
	struct keeper_public_keys_answer a = { .count = 0 };
	const struct record_place place = { .kind = RECORD_KEY, .key_kind = KEY_TOKEN, .tenant = who->tenant };
	(void)request;
	if (who->peer == ROLE_IDENTITY) {
		err e = keeper_offer_rs256(keeper, &who->tenant);
		if (failed(e)) /* no room on the disk: what there is still verifies */
			log_err("RS256 key of a tenant", e);
	}
	for (const struct record *r = NULL; a.count < PUBLIC_KEYS_MAX && (r = key_store_find(keeper->store, &place, r));) {
		struct public_numbers n;
		char kid[44];
		if (!keeper_key_is_published(keeper, &r->key))
			continue;
		TRY(keeper_public_half(keeper, &r->key, &n, kid));
		struct keeper_public_key *to = &a.key[a.count++];
		*to = (struct keeper_public_key){ .alg = (uint8_t)n.alg, .n_len = (uint32_t)n.n_len,
						  .active = r->key.meta.state == KEY_ACTIVE };
		memcpy(to->kid, kid, sizeof to->kid);
		memcpy(to->x, n.x, 32);
		memcpy(to->y, n.y, 32);
		memcpy(to->n, n.n, sizeof to->n);
	}
	memcpy(out, &a, sizeof a);
	*out_len = sizeof a;
	return OK;
}

/* --- checkpoints --- */

static const struct checkpoint_record *last_checkpoint(const struct keeper *keeper, const struct uuid *log_id)
{
	const struct record_place place = { .kind = RECORD_CHECKPOINT, .database = *log_id };
	const struct record *r = key_store_find(keeper->store, &place, NULL);
	return r ? &r->checkpoint : NULL;
}

/* A recorder writes the logs of its tenant: the tenant's own (log id = tenant) and those of its environments, for which the
 * tenant has a database. The installation's recorder (no tenant) writes the log with the nil id. */
static err check_log(const struct keeper *keeper, const struct channel_binding *who, const struct uuid *log_id)
{
	if (uuid_equal(log_id, &who->tenant) || keeper_find_key(keeper, KEY_DATABASE, &who->tenant, log_id))
		return OK;
	FAIL(ERR_DENIED, "a log that is not the recorder's");
}

static err log_signer(struct keeper *keeper, const struct uuid *tenant, const struct uuid *log_id,
		      const struct cached_signer **out)
{
	const struct key_record *key = keeper_find_key(keeper, KEY_LOG, tenant, log_id);
	if (!key) {
		struct sign_key *fresh;
		TRY(sign_key_generate(SIGN_ED25519, &fresh));
		err e = keeper_make_signer(keeper, &(struct key_meta){ .kind = KEY_LOG, .tenant = *tenant, .database = *log_id }, fresh);
		sign_key_free(fresh);
		TRY(e);
		key = keeper_find_key(keeper, KEY_LOG, tenant, log_id);
	}
	if (!key)
		FAIL(ERR_INTERNAL, "a key that was just made is missing");
	return keeper_signer(keeper, key, out);
}

/* audit-and-trust 4.5: the text of a signed note, without its signatures. A log is named after what it belongs to, its host
 * is that of the tenant's issuer (for the installation: its origin, kept in the same place). */
static void write_checkpoint_text(struct buffer *b, const struct tenant_record *tenant, const struct keeper_sign_checkpoint *m)
{
	char id[UUID_TEXT_LEN + 1];
	str issuer = tenant ? (str){ tenant->issuer, tenant->issuer_len } : S("");
	str host = str_starts_with(issuer, S("https://")) ? str_from(issuer, 8) : issuer;
	uuid_format(&m->log_id, id);
	buffer_append_str(b, S("audit."));
	buffer_append_str(b, str_slice(host, 0, str_find_char(host, '/', 0)));
	buffer_append_format(b, "/%s\n%llu\n", id, (unsigned long long)m->size);
	base64_write(b, bytes_of(m->root, 32));
	buffer_append_char(b, '\n');
}

static err check_continues(const struct checkpoint_record *last, const struct keeper_sign_checkpoint *m)
{
	struct sha256 before, after, proof[CHECKPOINT_PROOF_MAX];
	if (!last || last->size == 0)
		return OK;
	memcpy(before.b, last->root, 32);
	memcpy(after.b, m->root, 32);
	memcpy(proof, m->proof, m->proof_count * 32);
	if (failed(merkle_verify_consistency(last->size, m->size, &before, &after, proof, m->proof_count)))
		FAIL(ERR_CONFLICT, "a tree that does not continue the one signed before");
	return OK;
}

err answer_sign_checkpoint(struct keeper *keeper, const struct channel_binding *who, bytes request, uint8_t *out,
			   size_t *out_len)
{
	struct keeper_sign_checkpoint m;
	struct keeper_sign_checkpoint_answer a;
	struct record record = { .kind = RECORD_CHECKPOINT };
	const struct cached_signer *signer;
	uint8_t signature[SIGN_BYTES_MAX];
	size_t len;
	SCOPED(buffer) note = { 0 };
	buffer_init(&note, 1024);
	memcpy(&m, request.at, sizeof m);
	if (m.proof_count > CHECKPOINT_PROOF_MAX)
		FAIL(ERR_INVALID, "proof longer than a log is deep");
	TRY(check_log(keeper, who, &m.log_id));
	TRY(check_continues(last_checkpoint(keeper, &m.log_id), &m));
	TRY(log_signer(keeper, &who->tenant, &m.log_id, &signer));
	write_checkpoint_text(&note, keeper_find_tenant(keeper, &who->tenant), &m);
	if (note.failed)
		FAIL(ERR_LIMIT, "no memory for a checkpoint");
	TRY(sign_message(signer->key, buffer_bytes(&note), signature, &len));
	record.checkpoint.log_id = m.log_id;
	record.checkpoint.size = m.size;
	memcpy(record.checkpoint.root, m.root, 32);
	TRY(key_store_put(keeper->store, &record)); /* durable before the signature leaves */
	a = (struct keeper_sign_checkpoint_answer){ .head = { 0 } };
	memcpy(a.signature, signature, sizeof a.signature);
	memcpy(out, &a, sizeof a);
	*out_len = sizeof a;
	return OK;
}

err answer_checkpoint_state(struct keeper *keeper, const struct channel_binding *who, bytes request, uint8_t *out,
			    size_t *out_len)
{
	struct keeper_checkpoint_state m;
	struct keeper_checkpoint_state_answer a = { .size = 0 };
	const struct cached_signer *signer;
	struct public_numbers n;
	memcpy(&m, request.at, sizeof m);
	TRY(check_log(keeper, who, &m.log_id));
	TRY(log_signer(keeper, &who->tenant, &m.log_id, &signer));
	TRY(sign_key_public(signer->key, &n));
	memcpy(a.public_key, n.x, 32);
	const struct checkpoint_record *last = last_checkpoint(keeper, &m.log_id);
	if (last) {
		a.size = last->size;
		memcpy(a.root, last->root, 32);
	}
	memcpy(out, &a, sizeof a);
	*out_len = sizeof a;
	return OK;
}

/* --- TLS --- */

/* RFC 8446 4.4.3: 64 spaces, the context, a zero, the transcript hash (SHA-256 or SHA-384). */
static bool is_tls13_content(bytes c)
{
	static const char context[] = "TLS 1.3, server CertificateVerify"; /* its NUL is the separator */
	for (size_t i = 0; i < 64 && i < c.len; i++)
		if (c.at[i] != ' ')
			return false;
	size_t prefix = 64 + sizeof context;
	return (c.len == prefix + 32 || c.len == prefix + 48) && memcmp(c.at + 64, context, sizeof context) == 0;
}

/* RFC 8422 5.4: both randoms (64), then named_curve (3), the group, and a point of the length that the group has. */
static bool is_tls12_content(bytes c)
{
	static const struct {
		uint8_t group[2], len;
	} groups[] = { { { 0, 29 }, 32 }, { { 0, 23 }, 65 }, { { 0, 24 }, 97 } };
	if (c.len < 68 || c.at[64] != 3)
		return false;
	for (size_t i = 0; i < COUNT_OF(groups); i++)
		if (memcmp(c.at + 65, groups[i].group, 2) == 0 && c.at[67] == groups[i].len &&
		    c.len == 68 + (size_t)groups[i].len)
			return true;
	return false;
}

static struct uuid tls_slot(uint32_t index)
{
	struct uuid id = { { 0x74, 0x6c, 0x73 } };
	id.b[15] = (uint8_t)index;
	return id;
}

err keeper_put_tls_key(struct keeper *keeper, uint32_t index, const struct sign_key *key)
{
	struct uuid slot = tls_slot(index);
	return keeper_make_signer(keeper, &(struct key_meta){ .kind = KEY_TLS, .tenant = nil_id, .database = slot }, key);
}

err keeper_tls_key(struct keeper *keeper, uint32_t index, const struct sign_key **out)
{
	struct uuid slot = tls_slot(index);
	const struct cached_signer *signer;
	const struct key_record *record = keeper_find_key(keeper, KEY_TLS, &nil_id, &slot);
	if (!record)
		FAIL(ERR_NOT_FOUND, "no such TLS key");
	TRY(keeper_signer(keeper, record, &signer));
	*out = signer->key;
	return OK;
}

err keeper_hold_tls_key(struct keeper *keeper, struct sign_key *key)
{
	struct held_tls_key fresh = { .key = key }, *held = keeper->tls_held;
	size_t place = 0;
	err e = sign_key_pin(key, fresh.pin);
	if (failed(e)) {
		sign_key_free(key);
		return e;
	}
	while (place < TLS_KEYS_HELD_MAX - 1 && held[place].key && memcmp(held[place].pin, fresh.pin, sizeof fresh.pin) != 0)
		place++;
	sign_key_free(held[place].key); /* the same key, or the oldest */
	memmove(&held[1], &held[0], place * sizeof held[0]);
	held[0] = fresh;
	return OK;
}

/* One that was handed over, or the server's of the store (index 0). The authority's signs no handshake. */
static err tls_key_pinned(struct keeper *keeper, const uint8_t pin[static 32], const struct sign_key **out)
{
	const struct sign_key *stored;
	uint8_t its[32];
	for (size_t i = 0; i < TLS_KEYS_HELD_MAX; i++) {
		const struct held_tls_key *held = &keeper->tls_held[i];
		if (held->key && memcmp(held->pin, pin, sizeof held->pin) == 0) {
			*out = held->key;
			return OK;
		}
	}
	TRY(keeper_tls_key(keeper, 0, &stored));
	TRY(sign_key_pin(stored, its));
	if (memcmp(its, pin, sizeof its) != 0)
		FAIL(ERR_NOT_FOUND, "a TLS key that is not held here");
	*out = stored;
	return OK;
}

err answer_sign_tls(struct keeper *keeper, const struct channel_binding *who, bytes request, uint8_t *out, size_t *out_len)
{
	struct keeper_sign_tls m;
	struct keeper_sign_tls_answer a = { .signature_len = 0 };
	const struct sign_key *key;
	size_t len;
	(void)who;
	memcpy(&m, request.at, sizeof m);
	if (m.content_len > sizeof m.content)
		FAIL(ERR_INVALID, "malformed TLS request");
	bytes content = bytes_of(m.content, m.content_len);
	if (!is_tls13_content(content) && !is_tls12_content(content))
		FAIL(ERR_DENIED, "not a text that a TLS server signs");
	TRY(tls_key_pinned(keeper, m.pin, &key));
	TRY(sign_tls(key, m.scheme, content, a.signature, &len));
	a.signature_len = (uint32_t)len;
	memcpy(out, &a, sizeof a);
	*out_len = sizeof a;
	return OK;
}

enum { TICKET_ROTATION_MS = 8 * 3600 * 1000 };

/* In memory only: a restart of the keeper ends resumption, never on disk (encryption-and-keys 9). */
err answer_ticket_keys(struct keeper *keeper, const struct channel_binding *who, bytes request, uint8_t *out, size_t *out_len)
{
	struct keeper_ticket_keys_answer a = { .count = 0 };
	(void)who;
	(void)request;
	if (keeper->ticket_count == 0 || keeper->now_ms() - keeper->tickets_made_ms > TICKET_ROTATION_MS) {
		memmove(&keeper->tickets[1], &keeper->tickets[0], sizeof keeper->tickets[0] * (TICKET_KEYS_MAX - 1));
		random_bytes(&keeper->tickets[0], sizeof keeper->tickets[0]);
		keeper->ticket_count += keeper->ticket_count < TICKET_KEYS_MAX;
		keeper->tickets_made_ms = keeper->now_ms();
	}
	a.count = (uint32_t)keeper->ticket_count;
	for (size_t i = 0; i < keeper->ticket_count; i++) {
		memcpy(a.key[i].name, keeper->tickets[i].name, 16);
		memcpy(a.key[i].aes, keeper->tickets[i].aes, 32);
		memcpy(a.key[i].hmac, keeper->tickets[i].hmac, 32);
	}
	memcpy(out, &a, sizeof a);
	explicit_bzero(&a, sizeof a);
	*out_len = sizeof a;
	return OK;
}
