/* Pages for secrets, asked of the kernel itself: locked or hidden, left out of core files, guarded on both sides. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
/* after the others, as cmocka wants */
#include <cmocka.h>

#include "base/str.h"
#include "host/secret_memory.h"

/* The VmFlags line of the mapping that begins at `at` (proc(5): "lo" locked, "dd" not dumped, "dc" not given to a child...). */
static void flags_of(const void *at, char *out, size_t size)
{
	char line[512], begin[32];
	bool inside = false;
	FILE *maps = fopen("/proc/self/smaps", "re");
	assert_non_null(maps);
	snprintf(begin, sizeof begin, "%lx-", (unsigned long)(uintptr_t)at);
	out[0] = '\0';
	while (fgets(line, sizeof line, maps)) {
		if (strncmp(line, begin, strlen(begin)) == 0)
			inside = true;
		else if (inside && strncmp(line, "VmFlags:", 8) == 0) {
			snprintf(out, size, "%s", line);
			break;
		}
	}
	fclose(maps);
}

static void pages_are_locked_and_stay_out_of_core_files(void **state)
{
	char flags[512];
	void *at;
	(void)state;
	assert_false(failed(secret_memory_new(5000, &at)));
	for (size_t i = 0; i < 5000; i++)
		assert_int_equal(((uint8_t *)at)[i], 0);
	memset(at, 7, 5000);
	flags_of(at, flags, sizeof flags);
	assert_non_null(strstr(flags, " lo"));
	assert_non_null(strstr(flags, " dd"));
	assert_true(strstr(flags, " dc") || strstr(flags, " wf"));
	secret_memory_free(at, 5000);
	secret_memory_free(NULL, 5000);
}

/* Where the kernel hides the pages, nobody reads them through /proc either. */
static void hidden_pages_cannot_be_read_from_outside(void **state)
{
	uint8_t octet;
	void *at;
	(void)state;
	if (secret_memory_offered() != SECRET_MEMORY_HIDDEN)
		skip();
	assert_false(failed(secret_memory_new(100, &at)));
	memset(at, 7, 100);
	int fd = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(pread(fd, &octet, 1, (off_t)(uintptr_t)&octet), 1); /* its own stack it may read */
	assert_int_equal(pread(fd, &octet, 1, (off_t)(uintptr_t)at), -1);
	close(fd);
	secret_memory_free(at, 100);
}

/* How a child ends that reads one octet there: 0, or the signal. */
static int touch(const volatile uint8_t *at)
{
	int status;
	pid_t pid = fork();
	if (pid == 0) {
		signal(SIGSEGV, SIG_DFL);
		signal(SIGBUS, SIG_DFL);
		_exit(*at == 7 ? 1 : 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
}

static void guards_stand_on_both_sides_and_children_get_nothing(void **state)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	uint8_t *at, own = 7;
	void *raw;
	(void)state;
	assert_false(failed(secret_memory_new(page, &raw)));
	at = raw;
	memset(at, 7, page);
	assert_int_equal(touch(&own), 1);
	assert_int_equal(touch(at - 1), SIGSEGV);
	assert_int_equal(touch(at + page), SIGSEGV);
	assert_int_not_equal(touch(at), 1); /* not there, or wiped */
	assert_int_equal(at[0], 7);
	secret_memory_free(at, page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_are_locked_and_stay_out_of_core_files),
		cmocka_unit_test(hidden_pages_cannot_be_read_from_outside),
		cmocka_unit_test(guards_stand_on_both_sides_and_children_get_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
