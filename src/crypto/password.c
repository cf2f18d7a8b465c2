#include "crypto/password.h"

#include <errno.h>
#include <sodium.h>

#include "base/attr.h"

_Static_assert(PASSWORD_PHC_MAX == crypto_pwhash_STRBYTES, "libsodium's string");

static const struct password_cost cost_of[] = {
	[PASSWORD_STANDARD] = { 19456, 2 },
	[PASSWORD_HIGH] = { 65536, 3 },
};

static bool starts(void)
{
	return sodium_init() >= 0;
}

err password_hash(enum password_profile profile, bytes password, char out[static PASSWORD_PHC_MAX])
{
	struct password_cost cost = cost_of[profile];
	if (password.len > PASSWORD_BYTES_MAX)
		FAIL(ERR_LIMIT, "password too long");
	if (!starts())
		FAIL(ERR_INTERNAL, "libsodium does not start");
	if (crypto_pwhash_argon2id_str(out, password.len ? (const char *)password.at : "", password.len, cost.passes,
				       (size_t)cost.memory_kib * 1024) != 0)
		FAIL(ERR_LIMIT, "no memory for Argon2id");
	return OK;
}

/* Takes `literal` off the front. */
static bool take(str *rest, str literal)
{
	if (!str_starts_with(*rest, literal))
		return false;
	*rest = str_from(*rest, literal.len);
	return true;
}

/* A number without leading zero, before `end`. */
static bool take_number(str *rest, char end, uint32_t max, uint32_t *out)
{
	size_t at = str_find_char(*rest, end, 0);
	uint64_t value;
	if (at == SIZE_MAX || at == 0 || rest->at[0] == '0' || !str_to_u64(str_slice(*rest, 0, at), &value) || value > max)
		return false;
	*out = (uint32_t)value;
	*rest = str_from(*rest, at + 1);
	return true;
}

err password_cost_parse(str phc, struct password_cost *out)
{
	struct password_cost cost;
	str rest = phc;
	if (phc.len >= PASSWORD_PHC_MAX)
		FAIL(ERR_INVALID, "stored hash too long");
	if (!take(&rest, S("$argon2id$v=19$m=")) || !take_number(&rest, ',', PASSWORD_MEMORY_KIB_MAX, &cost.memory_kib) ||
	    !take(&rest, S("t=")) || !take_number(&rest, ',', PASSWORD_PASSES_MAX, &cost.passes) || !take(&rest, S("p=1$")))
		FAIL(ERR_INVALID, "stored hash of another kind, or that demands too much");
	size_t split = str_find_char(rest, '$', 0);
	if (split == SIZE_MAX || split < 11 || rest.len - split - 1 < 22 || str_find_char(rest, '$', split + 1) != SIZE_MAX)
		FAIL(ERR_INVALID, "stored hash without salt or tag");
	*out = cost;
	return OK;
}

err password_verify(enum password_profile profile, bytes password, str phc, bool *out_matches, bool *out_outdated)
{
	struct password_cost cost, want = cost_of[profile];
	char text[PASSWORD_PHC_MAX] = { 0 };
	if (password.len > PASSWORD_BYTES_MAX)
		FAIL(ERR_LIMIT, "password too long");
	TRY(password_cost_parse(phc, &cost));
	if (!starts())
		FAIL(ERR_INTERNAL, "libsodium does not start");
	memcpy(text, phc.at, phc.len);
	errno = 0;
	bool matches = crypto_pwhash_argon2id_str_verify(text, password.len ? (const char *)password.at : "",
							 password.len) == 0;
	int why = errno; /* a lack of memory must not look like a wrong password */
	sodium_memzero(text, sizeof text);
	if (!matches && why == ENOMEM)
		FAIL(ERR_LIMIT, "no memory for Argon2id");
	if (!matches && why != EINVAL)
		FAIL(ERR_INVALID, "stored hash malformed");
	*out_matches = matches;
	*out_outdated = matches && (cost.memory_kib < want.memory_kib || cost.passes < want.passes);
	return OK;
}

err password_verify_nobody(enum password_profile profile, bytes password)
{
	static const uint8_t salt[crypto_pwhash_argon2id_SALTBYTES] = { 1 };
	struct password_cost cost = cost_of[profile];
	uint8_t tag[32];
	if (password.len > PASSWORD_BYTES_MAX)
		FAIL(ERR_LIMIT, "password too long");
	if (!starts())
		FAIL(ERR_INTERNAL, "libsodium does not start");
	if (crypto_pwhash_argon2id(tag, sizeof tag, password.len ? (const char *)password.at : "", password.len, salt,
				   cost.passes, (size_t)cost.memory_kib * 1024, crypto_pwhash_argon2id_ALG_ARGON2ID13) != 0)
		FAIL(ERR_LIMIT, "no memory for Argon2id");
	sodium_memzero(tag, sizeof tag);
	return OK;
}
