#include "keys/client.h"

#include "base/instant.h"
#include "host/clock.h"
#include "ipc/channel.h"
#include "ipc/keeper_message.h"

static void fill_head(struct keys *keys, struct keeper_head *head, enum keeper_request_kind kind)
{
	*head = (struct keeper_head){ KEEPER_MESSAGE_VERSION, (uint16_t)kind, 0, ++keys->next_correlation };
}

static err err_of_result(int32_t result)
{
	switch (result) {
	case 0:
		return OK;
	case ERR_INVALID:
		FAIL(ERR_INVALID, "the keeper finds the request malformed");
	case ERR_LIMIT:
		FAIL(ERR_LIMIT, "the keeper's bound is reached");
	case ERR_NOT_FOUND:
		FAIL(ERR_NOT_FOUND, "the keeper has no such key");
	case ERR_CONFLICT:
		FAIL(ERR_CONFLICT, "the keeper has signed or made something else already");
	case ERR_DENIED:
		FAIL(ERR_DENIED, "the keeper's request table refuses");
	case ERR_FULL:
		FAIL(ERR_FULL, "the keeper has no room on its disk");
	default:
		FAIL(ERR_UNAVAILABLE, "the keeper could not do it");
	}
}

/* The answer to an earlier call that ran out of time may still be there: it is passed over. */
static err receive_answer(struct keys *keys, const struct keeper_head *asked, void *answer, size_t size)
{
	int64_t until_ns = clock_monotonic_ns(&clock_system) + KEYS_TIMEOUT_MS * 1000000LL;
	uint8_t raw[sizeof(struct keeper_sign_token_answer)];
	for (;;) {
		struct keeper_head head;
		size_t len;
		int64_t left_ms = (until_ns - clock_monotonic_ns(&clock_system)) / 1000000;
		TRY(channel_wait(keys->channel, left_ms > 0 ? (int)left_ms : 0));
		TRY(channel_receive(keys->channel, raw, sizeof raw, &len, NULL));
		if (len == 0)
			FAIL(ERR_UNAVAILABLE, "the keeper is away");
		if (len < sizeof head)
			FAIL(ERR_INTERNAL, "answer shorter than its head");
		memcpy(&head, raw, sizeof head);
		if (head.correlation != asked->correlation)
			continue;
		TRY(err_of_result(head.result));
		if (len != size || head.kind != asked->kind)
			FAIL(ERR_INTERNAL, "answer of another kind or size");
		memcpy(answer, raw, size);
		explicit_bzero(raw, len);
		return OK;
	}
}

static err ask(struct keys *keys, const void *request, size_t request_size, void *answer, size_t answer_size)
{
	struct keeper_head head;
	if (keys->channel < 0)
		FAIL(ERR_UNAVAILABLE, "the keeper is away");
	memcpy(&head, request, sizeof head);
	TRY(channel_send(keys->channel, bytes_of(request, request_size), NULL));
	return receive_answer(keys, &head, answer, answer_size);
}

void database_keys_wipe(struct database_keys *keys)
{
	explicit_bzero(keys, sizeof *keys);
}

err keys_database(struct keys *keys, struct database_keys *out)
{
	struct keeper_head request;
	struct keeper_database_keys_answer a;
	fill_head(keys, &request, KEEPER_DATABASE_KEYS);
	TRY(ask(keys, &request, sizeof request, &a, sizeof a));
	if (a.version_count == 0 || a.version_count > DATABASE_KEY_VERSIONS_MAX)
		FAIL(ERR_INTERNAL, "answer without key versions");
	out->database_id = a.database_id;
	out->version_count = a.version_count;
	memcpy(out->versions, a.versions, sizeof out->versions);
	memcpy(out->page, a.page, sizeof out->page);
	memcpy(out->wal_header, a.wal_header, sizeof out->wal_header);
	memcpy(out->anchor.k, a.anchor, 32);
	memcpy(out->blob.k, a.blob, 32);
	memcpy(out->audit.k, a.audit, 32);
	memcpy(out->cookie.k, a.cookie, 32);
	memcpy(out->lookup.k, a.lookup, 32);
	explicit_bzero(&a, sizeof a);
	return OK;
}

err keys_anchor_put(struct keys *keys, const struct database_anchor *anchor)
{
	struct keeper_anchor request = {
		.change_counter = anchor->change_counter, .time_ms = anchor->time_ms, .page_count = anchor->page_count,
	};
	struct keeper_head answer;
	fill_head(keys, &request.head, KEEPER_ANCHOR_PUT);
	memcpy(request.wal_salts, anchor->wal_salts, sizeof request.wal_salts);
	memcpy(request.page1_tag, anchor->page1_tag, sizeof request.page1_tag);
	return ask(keys, &request, sizeof request, &answer, sizeof answer);
}

err keys_anchor_get(struct keys *keys, struct database_anchor *out)
{
	struct keeper_head request;
	struct keeper_anchor a;
	fill_head(keys, &request, KEEPER_ANCHOR_GET);
	TRY(ask(keys, &request, sizeof request, &a, sizeof a));
	*out = (struct database_anchor){ .change_counter = a.change_counter, .page_count = a.page_count, .time_ms = a.time_ms };
	memcpy(out->wal_salts, a.wal_salts, sizeof out->wal_salts);
	memcpy(out->page1_tag, a.page1_tag, sizeof out->page1_tag);
	return OK;
}

static err token_take(const struct keeper_sign_token_answer *a, struct arena *arena, str *out)
{
	if (a->token_len > sizeof a->token)
		FAIL(ERR_INTERNAL, "answer longer than its place");
	*out = str_copy(arena, (str){ a->token, a->token_len });
	TRY_NEW(out->at);
	return OK;
}

err keys_sign_token(struct keys *keys, enum token_type type, enum token_alg alg, str claims, struct arena *arena,
		    str *out_token)
{
	struct keeper_sign_token request = { .type = (uint8_t)type, .alg = (uint8_t)alg, .claims_len = (uint16_t)claims.len };
	struct keeper_sign_token_answer a;
	if (claims.len > sizeof request.claims)
		FAIL(ERR_LIMIT, "claims longer than a token holds");
	fill_head(keys, &request.head, KEEPER_SIGN_TOKEN);
	memcpy(request.claims, claims.at, claims.len);
	TRY(ask(keys, &request, sizeof request, &a, sizeof a));
	return token_take(&a, arena, out_token);
}

err keys_sign_metadata(struct keys *keys, str unique_name, bool own_host, struct arena *arena, str *out_token)
{
	struct keeper_sign_metadata request = { .own_host = own_host, .name_len = (uint8_t)unique_name.len };
	struct keeper_sign_token_answer a;
	if (unique_name.len > sizeof request.name)
		FAIL(ERR_LIMIT, "a longer name than an environment has");
	fill_head(keys, &request.head, KEEPER_SIGN_METADATA);
	memcpy(request.name, unique_name.at, unique_name.len);
	TRY(ask(keys, &request, sizeof request, &a, sizeof a));
	return token_take(&a, arena, out_token);
}

err keys_public(struct keys *keys, struct public_keys *out)
{
	struct keeper_head request;
	struct keeper_public_keys_answer a;
	fill_head(keys, &request, KEEPER_PUBLIC_KEYS);
	TRY(ask(keys, &request, sizeof request, &a, sizeof a));
	if (a.count > PUBLIC_KEYS_MAX)
		FAIL(ERR_INTERNAL, "more keys than agreed");
	out->count = a.count;
	for (size_t i = 0; i < a.count; i++) {
		struct public_key *key = &out->key[i];
		if (a.key[i].n_len > sizeof key->n)
			FAIL(ERR_INTERNAL, "modulus longer than its place");
		*key = (struct public_key){ .alg = (enum token_alg)a.key[i].alg, .n_len = a.key[i].n_len,
					    .active = a.key[i].active };
		memcpy(key->kid, a.key[i].kid, sizeof key->kid);
		key->kid[sizeof key->kid - 1] = '\0';
		memcpy(key->x, a.key[i].x, 32);
		memcpy(key->y, a.key[i].y, 32);
		memcpy(key->n, a.key[i].n, sizeof key->n);
	}
	return OK;
}

err keys_sign_checkpoint(struct keys *keys, const struct uuid *log_id, uint64_t size, const uint8_t root[static 32],
			 const uint8_t (*proof)[32], size_t proof_count, uint8_t out_signature[static 64])
{
	struct keeper_sign_checkpoint request = { .log_id = *log_id, .size = size, .proof_count = (uint32_t)proof_count };
	struct keeper_sign_checkpoint_answer a;
	if (proof_count > CHECKPOINT_PROOF_MAX)
		FAIL(ERR_LIMIT, "proof longer than a log is deep");
	fill_head(keys, &request.head, KEEPER_SIGN_CHECKPOINT);
	memcpy(request.root, root, 32);
	if (proof_count)
		memcpy(request.proof, proof, proof_count * 32);
	TRY(ask(keys, &request, sizeof request, &a, sizeof a));
	memcpy(out_signature, a.signature, 64);
	return OK;
}

err keys_checkpoint_state(struct keys *keys, const struct uuid *log_id, struct checkpoint_state *out)
{
	struct keeper_checkpoint_state request = { .log_id = *log_id };
	struct keeper_checkpoint_state_answer a;
	fill_head(keys, &request.head, KEEPER_CHECKPOINT_STATE);
	TRY(ask(keys, &request, sizeof request, &a, sizeof a));
	out->size = a.size;
	memcpy(out->root, a.root, 32);
	memcpy(out->public_key, a.public_key, 32);
	return OK;
}

err keys_sign_tls(struct keys *keys, const uint8_t pin[static 32], uint16_t scheme, bytes content, struct arena *arena,
		  bytes *out_signature)
{
	struct keeper_sign_tls request = { .scheme = scheme, .content_len = (uint16_t)content.len };
	struct keeper_sign_tls_answer a;
	if (content.len > sizeof request.content)
		FAIL(ERR_LIMIT, "content longer than TLS signs");
	fill_head(keys, &request.head, KEEPER_SIGN_TLS);
	memcpy(request.pin, pin, sizeof request.pin);
	memcpy(request.content, content.at, content.len);
	TRY(ask(keys, &request, sizeof request, &a, sizeof a));
	if (a.signature_len > sizeof a.signature)
		FAIL(ERR_INTERNAL, "signature longer than its place");
	*out_signature = bytes_copy(arena, bytes_of(a.signature, a.signature_len));
	TRY_NEW(out_signature->at);
	return OK;
}

err keys_tickets(struct keys *keys, struct ticket_key *out, size_t *out_count)
{
	struct keeper_head request;
	struct keeper_ticket_keys_answer a;
	fill_head(keys, &request, KEEPER_TICKET_KEYS);
	TRY(ask(keys, &request, sizeof request, &a, sizeof a));
	if (a.count > TICKET_KEYS_MAX)
		FAIL(ERR_INTERNAL, "more ticket keys than agreed");
	for (size_t i = 0; i < a.count; i++) {
		memcpy(out[i].name, a.key[i].name, 16);
		memcpy(out[i].aes, a.key[i].aes, 32);
		memcpy(out[i].hmac, a.key[i].hmac, 32);
	}
	*out_count = a.count;
	explicit_bzero(&a, sizeof a);
	return OK;
}

err keys_create_tenant(struct keys *keys, const struct tenant_id *tenant, str issuer)
{
	struct keeper_create_tenant request = { .tenant = tenant->u, .issuer_len = (uint16_t)issuer.len };
	struct keeper_head answer;
	if (issuer.len > sizeof request.issuer)
		FAIL(ERR_LIMIT, "issuer too long");
	fill_head(keys, &request.head, KEEPER_CREATE_TENANT);
	memcpy(request.issuer, issuer.at, issuer.len);
	return ask(keys, &request, sizeof request, &answer, sizeof answer);
}

err keys_create_database(struct keys *keys, const struct tenant_id *tenant, const struct uuid *database)
{
	struct keeper_create_database request = { .tenant = tenant->u, .database = *database };
	struct keeper_head answer;
	fill_head(keys, &request.head, KEEPER_CREATE_DATABASE);
	return ask(keys, &request, sizeof request, &answer, sizeof answer);
}

err keys_rotate(struct keys *keys, enum key_rotation mode, const struct uuid *tenant, struct rotated_keys *out)
{
	struct keeper_rotate request = { .tenant = *tenant, .mode = mode };
	struct keeper_rotate_answer a;
	fill_head(keys, &request.head, KEEPER_ROTATE);
	TRY(ask(keys, &request, sizeof request, &a, sizeof a));
	if (a.count > TOKEN_ALGS_MAX)
		FAIL(ERR_INTERNAL, "more keys than agreed");
	*out = (struct rotated_keys){ .tenant = a.tenant, .count = a.count };
	for (size_t i = 0; i < a.count; i++) {
		out->key[i].alg = (enum token_alg)a.key[i].alg;
		memcpy(out->key[i].before, a.key[i].before, sizeof out->key[i].before - 1);
		memcpy(out->key[i].after, a.key[i].after, sizeof out->key[i].after - 1);
	}
	return OK;
}
