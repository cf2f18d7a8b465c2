#include "signin/sealed.h"

#include "codec/base64.h"
#include "host/random.h"

static str associated(str label, str binding, struct arena *arena)
{
	return str_format(arena, "bailiwick signin 1 %.*s %zu %.*s", STR_ARG(label), binding.len, STR_ARG(binding));
}

err sealed_make(struct signin *s, str label, str binding, bytes plain, struct arena *arena, str *out)
{
	size_t len = XAES_NONCE_BYTES + plain.len + AEAD_TAG_BYTES;
	uint8_t *sealed = NEW_ARRAY(arena, uint8_t, len);
	str aad = associated(label, binding, arena);

	TRY_NEW(sealed);
	TRY_NEW(aad.at);
	random_bytes(sealed, XAES_NONCE_BYTES);
	TRY(xaes_seal(s->seal, sealed, bytes_of_str(aad), plain, sealed + XAES_NONCE_BYTES, sealed + XAES_NONCE_BYTES + plain.len));
	str text = base64url_text(arena, bytes_of(sealed, len));
	TRY_NEW(text.at);
	*out = text;
	return OK;
}

err sealed_open(struct signin *s, str label, str binding, str text, struct arena *arena, bytes *out)
{
	bytes sealed = { 0 };
	str aad = associated(label, binding, arena);

	TRY_NEW(aad.at);
	TRY(base64url_parse(text, arena, &sealed));
	if (sealed.len < XAES_NONCE_BYTES + AEAD_TAG_BYTES)
		FAIL(ERR_INVALID, "sealed text too short");
	size_t len = sealed.len - XAES_NONCE_BYTES - AEAD_TAG_BYTES;
	uint8_t *plain = NEW_ARRAY(arena, uint8_t, len + 1);
	TRY_NEW(plain);
	TRY(xaes_open(s->seal, sealed.at, bytes_of_str(aad), bytes_slice(sealed, XAES_NONCE_BYTES, XAES_NONCE_BYTES + len),
		      sealed.at + XAES_NONCE_BYTES + len, plain));
	*out = bytes_of(plain, len);
	return OK;
}
