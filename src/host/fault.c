#include "host/fault.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
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
		raise(SIGKILL); /* kill() is what the system-call filter forbids */
}

long fault_limit(const char *variable, long value)
{
	const char *other = getenv(variable);
	return other ? strtol(other, NULL, 10) : value;
}

void fault_arm(const char *folder, const char *role)
{
	char path[4096], text[128] = "";
	size_t role_len = strlen(role);
	snprintf(path, sizeof path, "%s/run/fault", folder);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	ssize_t n = read(fd, text, sizeof text - 1);
	close(fd);
	/* Of several that start together, the one that removes the file is armed. */
	if (n > (ssize_t)role_len && strncmp(text, role, role_len) == 0 && text[role_len] == ' ' && unlink(path) == 0)
		setenv("BAILIWICK_FAULT", text + role_len + 1, 1);
}
