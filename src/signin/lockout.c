#include "signin/lockout.h"

bool lockout_is_locked(const struct lockout *l, struct instant now)
{
	return instant_before(now, l->locked_until);
}

static int64_t lock_ms(uint32_t failures)
{
	int64_t ms = LOCKOUT_FIRST_MS;

	for (uint32_t i = LOCKOUT_THRESHOLD; i < failures && ms < LOCKOUT_MAX_MS; i++)
		ms *= 2;
	return ms < LOCKOUT_MAX_MS ? ms : LOCKOUT_MAX_MS;
}

bool lockout_fail(struct lockout *l, const uint8_t digest[static LOCKOUT_DIGEST_BYTES], struct instant now)
{
	for (size_t i = 0; i < LOCKOUT_DIGESTS; i++)
		if (!memcmp(l->digests[i], digest, LOCKOUT_DIGEST_BYTES))
			return false;
	memmove(l->digests[1], l->digests[0], (LOCKOUT_DIGESTS - 1) * LOCKOUT_DIGEST_BYTES);
	memcpy(l->digests[0], digest, LOCKOUT_DIGEST_BYTES);
	if (l->failures < UINT32_MAX)
		l->failures++;
	if (l->failures >= LOCKOUT_THRESHOLD)
		l->locked_until = instant_add_ms(now, lock_ms(l->failures));
	return true;
}

void lockout_clear(struct lockout *l)
{
	*l = (struct lockout){ 0 };
}
