#include "host/secret_memory.h"

#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What the leak check cannot see by itself: pointers that stand in pages of our own. */
#if defined(__SANITIZE_ADDRESS__)
#define LEAK_CHECKED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LEAK_CHECKED 1
#endif
#endif
#ifdef LEAK_CHECKED
void __lsan_register_root_region(const void *at, size_t len);
void __lsan_unregister_root_region(const void *at, size_t len);
#define LEAK_CHECK_SEES(at_, len_) __lsan_register_root_region(at_, len_)
#define LEAK_CHECK_FORGETS(at_, len_) __lsan_unregister_root_region(at_, len_)
#else
#define LEAK_CHECK_SEES(at_, len_) ((void)0)
#define LEAK_CHECK_FORGETS(at_, len_) ((void)0)
#endif

static size_t page_bytes(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

static size_t whole_pages(size_t size)
{
	size_t page = page_bytes();
	return (size + page - 1) / page * page;
}

/* Over the middle of a range that is reserved without any right. */
static bool map_hidden(void *at, size_t len)
{
#ifdef SYS_memfd_secret
	int fd = (int)syscall(SYS_memfd_secret, O_CLOEXEC);
	if (fd < 0)
		return false;
	bool mapped = ftruncate(fd, (off_t)len) == 0 &&
		      mmap(at, len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0) != MAP_FAILED;
	close(fd);
	return mapped && madvise(at, len, MADV_DONTFORK) == 0;
#else
	(void)at;
	(void)len;
	return false;
#endif
}

/* The call itself: sanitizers make the function do nothing. */
static bool map_locked(void *at, size_t len)
{
	return mmap(at, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED &&
	       syscall(SYS_mlock, at, len) == 0 && madvise(at, len, MADV_DONTDUMP) == 0 && madvise(at, len, MADV_WIPEONFORK) == 0;
}

err secret_memory_new(size_t size, void **out)
{
	size_t len = whole_pages(size ? size : 1), guard = page_bytes();
	uint8_t *range = mmap(NULL, len + 2 * guard, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (range == MAP_FAILED)
		FAIL(ERR_LIMIT, "no memory for secrets");
	if (!map_hidden(range + guard, len) && !map_locked(range + guard, len)) {
		munmap(range, len + 2 * guard);
		FAIL(ERR_LIMIT, "the memory for secrets cannot be locked: see RLIMIT_MEMLOCK");
	}
	LEAK_CHECK_SEES(range + guard, len);
	*out = range + guard;
	return OK;
}

void secret_memory_free(void *at, size_t size)
{
	size_t len = whole_pages(size ? size : 1), guard = page_bytes();
	if (!at)
		return;
	LEAK_CHECK_FORGETS(at, len);
	explicit_bzero(at, len);
	munmap((uint8_t *)at - guard, len + 2 * guard);
}

enum secret_memory_kind secret_memory_offered(void)
{
	size_t len = page_bytes();
	void *at = mmap(NULL, len, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (at == MAP_FAILED)
		return SECRET_MEMORY_LOCKED;
	bool hidden = map_hidden(at, len);
	munmap(at, len);
	return hidden ? SECRET_MEMORY_HIDDEN : SECRET_MEMORY_LOCKED;
}
