#include "host/random.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

#include "host/clock.h"

void random_bytes(void *out, size_t len)
{
	uint8_t *at = out;
	while (len) {
		ssize_t n = getrandom(at, len, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			abort();
		at += n;
		len -= (size_t)n;
	}
}

struct uuid random_uuid_v4(void)
{
	uint8_t raw[16];
	random_bytes(raw, sizeof raw);
	return uuid_v4_from(raw);
}

struct uuid random_uuid_v7(void)
{
	uint8_t raw[16];
	random_bytes(raw, sizeof raw);
	return uuid_v7_from(raw, clock_now(&clock_system).ms);
}
