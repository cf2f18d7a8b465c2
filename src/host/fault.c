#include "host/fault.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void fault_point(const char *name)
{
	/* The one mutable global of the area: it counts visits, and only a test build ever changes it. */
	static unsigned long visits;
	const char *wanted = getenv("BAILIWICK_FAULT");
	size_t len = strlen(name);

	if (!wanted || strncmp(wanted, name, len) != 0 || (wanted[len] && wanted[len] != ':'))
		return;
	unsigned long nth = wanted[len] == ':' ? strtoul(wanted + len + 1, NULL, 10) : 1;
	if (++visits == nth)
		kill(getpid(), SIGKILL);
}
