#include "host/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

void fd_release(struct fd *fd)
{
	if (fd->n >= 0)
		close(fd->n);
	fd->n = -1;
}

err err_of_errno(int errno_value)
{
	switch (errno_value) {
	case ENOSPC:
	case EDQUOT:
		FAIL(ERR_FULL, "no room left on the disk");
	case ENOENT:
		FAIL(ERR_NOT_FOUND, "no such file");
	case EEXIST:
		FAIL(ERR_CONFLICT, "exists already");
	case EACCES:
	case EPERM:
	case EROFS:
		FAIL(ERR_DENIED, "not permitted");
	case EMFILE:
	case ENFILE:
	case ENOMEM:
		FAIL(ERR_LIMIT, "out of descriptors or memory");
	default:
		FAIL(ERR_UNAVAILABLE, "input or output failed");
	}
}

err fd_read_all(int fd, size_t size_max, struct arena *arena, bytes *out)
{
	uint8_t *at = arena_alloc(arena, size_max + 1); /* the octet more tells a longer content apart */
	size_t len = 0;
	TRY_NEW(at);
	while (len <= size_max) {
		ssize_t n = read(fd, at + len, size_max + 1 - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_of_errno(errno);
		if (n == 0)
			break;
		len += (size_t)n;
	}
	if (len > size_max)
		FAIL(ERR_LIMIT, "more than allowed");
	*out = (bytes){ at, len };
	return OK;
}

err file_read(const char *path, size_t size_max, struct arena *arena, bytes *out)
{
	SCOPED(fd) file = { open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY) };
	struct stat info;
	if (file.n < 0 || fstat(file.n, &info) != 0)
		return err_of_errno(errno);
	if (!S_ISREG(info.st_mode))
		FAIL(ERR_INVALID, "not a regular file");
	if ((uint64_t)info.st_size > size_max)
		FAIL(ERR_LIMIT, "file larger than allowed");
	return fd_read_all(file.n, (size_t)info.st_size, arena, out);
}

err fd_write_all(int fd, bytes content)
{
	while (content.len) {
		ssize_t n = write(fd, content.at, content.len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_of_errno(errno);
		content = bytes_from(content, (size_t)n);
	}
	return OK;
}

static err write_and_sync(const char *path, bytes content, mode_t mode)
{
	SCOPED(fd) file = { open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode) };
	if (file.n < 0)
		return err_of_errno(errno);
	TRY(fd_write_all(file.n, content));
	if (fsync(file.n) != 0)
		return err_of_errno(errno);
	return OK;
}

static err sync_folder_of(const char *path)
{
	char folder[4096];
	const char *slash = strrchr(path, '/');
	int len = slash ? (int)(slash - path) : 1;
	snprintf(folder, sizeof folder, "%.*s", len, slash ? path : ".");
	SCOPED(fd) dir = { open(len ? folder : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC) };
	if (dir.n < 0 || fsync(dir.n) != 0)
		return err_of_errno(errno);
	return OK;
}

err file_write(const char *path, bytes content, mode_t mode)
{
	char temporary[4096];
	if (snprintf(temporary, sizeof temporary, "%s.new", path) >= (int)sizeof temporary)
		FAIL(ERR_LIMIT, "path too long");
	unlink(temporary); /* left by a writer that died */
	err e = write_and_sync(temporary, content, mode);
	if (!failed(e) && rename(temporary, path) != 0)
		e = err_of_errno(errno);
	if (failed(e)) {
		unlink(temporary);
		return e;
	}
	return sync_folder_of(path);
}

err folder_make(const char *path, mode_t mode)
{
	struct stat info;
	if (mkdir(path, mode) == 0)
		return OK;
	if (errno != EEXIST)
		return err_of_errno(errno);
	if (stat(path, &info) != 0 || !S_ISDIR(info.st_mode))
		FAIL(ERR_CONFLICT, "exists and is not a folder");
	return OK;
}

static const int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL;

err memory_file_new(bytes content, int *out_fd)
{
	int n = memfd_create("bailiwick-body", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (n < 0)
		return err_of_errno(errno);
	err e = fd_write_all(n, content);
	if (!failed(e) && fcntl(n, F_ADD_SEALS, seals) != 0)
		e = err_of_errno(errno);
	if (failed(e)) {
		close(n);
		return e;
	}
	*out_fd = n;
	return OK;
}

static err check_sealed(int fd, size_t size_max, struct stat *out_info)
{
	if (fcntl(fd, F_GET_SEALS) != seals)
		FAIL(ERR_INVALID, "memory file that its sender can still change");
	if (fstat(fd, out_info) != 0)
		return err_of_errno(errno);
	if ((uint64_t)out_info->st_size > size_max)
		FAIL(ERR_LIMIT, "memory file larger than allowed");
	return OK;
}

err memory_file_check(int fd, size_t size_max)
{
	struct stat info;
	return check_sealed(fd, size_max, &info);
}

err memory_view_open(int fd, size_t size_max, struct memory_view *out)
{
	struct stat info;
	TRY(check_sealed(fd, size_max, &info));
	if (info.st_size == 0) {
		*out = (struct memory_view){ 0 };
		return OK;
	}
	void *at = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (at == MAP_FAILED)
		return err_of_errno(errno);
	*out = (struct memory_view){ at, (size_t)info.st_size };
	return OK;
}

void memory_view_release(struct memory_view *view)
{
	if (view->at)
		munmap((void *)(uintptr_t)view->at, view->len);
	*view = (struct memory_view){ 0 };
}
