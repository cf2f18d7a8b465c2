/* keys/keeper_internal.h - shared by the keeper's files only. */
#ifndef KEYS_KEEPER_INTERNAL_H
#define KEYS_KEEPER_INTERNAL_H

#include "keys/keeper.h"

/* The newest key of that kind in that state or better, or null. */
const struct key_record *keeper_find_key(const struct keeper *keeper, enum key_kind kind, const struct uuid *tenant,
					 const struct uuid *database);
const struct tenant_record *keeper_find_tenant(const struct keeper *keeper, const struct uuid *tenant);
/* Unwraps the tenant's KEK. */
err keeper_tenant_key(const struct keeper *keeper, const struct uuid *tenant, struct wrapping_key *out,
		      const struct key_record **out_record);
/* Wraps and stores a signing key under the tenant's KEK. `meta` says kind, tenant, database, and state and version unless they
 * are active and 1; the rest is filled in. */
err keeper_make_signer(struct keeper *keeper, const struct key_meta *meta, const struct sign_key *key);
/* The decoded private key of a record. Borrowed until the next call. */
err keeper_signer(struct keeper *keeper, const struct key_record *record, const struct cached_signer **out);
/* Wipes the decoded private key, if there is one. */
void keeper_forget_signer(struct keeper *keeper, const struct uuid *key_id);

/* Signs these claims with this key and fills the answer that holds a token. Whoever calls has judged the claims. */
err keeper_token_answer(struct keeper *keeper, const struct key_record *key, const char *typ, str claims, uint8_t *out, size_t *out_len);

/* The answers; each fills `out` (the whole answer struct but its head) and *out_len. */
typedef err (*keeper_operation)(struct keeper *keeper, const struct channel_binding *who, bytes request, uint8_t *out,
				size_t *out_len);
err answer_database_keys(struct keeper *, const struct channel_binding *, bytes, uint8_t *, size_t *);
err answer_anchor_put(struct keeper *, const struct channel_binding *, bytes, uint8_t *, size_t *);
err answer_anchor_get(struct keeper *, const struct channel_binding *, bytes, uint8_t *, size_t *);
err answer_sign_token(struct keeper *, const struct channel_binding *, bytes, uint8_t *, size_t *);
err answer_sign_metadata(struct keeper *, const struct channel_binding *, bytes, uint8_t *, size_t *);
err answer_public_keys(struct keeper *, const struct channel_binding *, bytes, uint8_t *, size_t *);
err answer_sign_checkpoint(struct keeper *, const struct channel_binding *, bytes, uint8_t *, size_t *);
err answer_checkpoint_state(struct keeper *, const struct channel_binding *, bytes, uint8_t *, size_t *);
err answer_sign_tls(struct keeper *, const struct channel_binding *, bytes, uint8_t *, size_t *);
err answer_ticket_keys(struct keeper *, const struct channel_binding *, bytes, uint8_t *, size_t *);
err answer_create_tenant(struct keeper *, const struct channel_binding *, bytes, uint8_t *, size_t *);
err answer_rotate(struct keeper *, const struct channel_binding *, bytes, uint8_t *, size_t *);
err answer_create_database(struct keeper *, const struct channel_binding *, bytes, uint8_t *, size_t *);

#endif
