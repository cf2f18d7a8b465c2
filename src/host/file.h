/* host/file.h - small whole files, and memory files for passing bodies between processes. */
#ifndef HOST_FILE_H
#define HOST_FILE_H

#include <sys/types.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/err.h"

/* A descriptor that is closed when its scope ends: SCOPED(fd) file = { -1 }; */
struct fd {
	int n;
};
NONNULL void fd_release(struct fd *fd);

/* The whole file, at most size_max octets (ERR_LIMIT). ERR_NOT_FOUND when it does not exist. */
MUST_USE NONNULL err file_read(const char *path, size_t size_max, struct arena *arena, bytes *out);
/* Whatever a descriptor still gives, a pipe's too, until its end; ERR_LIMIT when that is more than size_max. */
MUST_USE NONNULL err fd_read_all(int fd, size_t size_max, struct arena *arena, bytes *out);
/* Atomically and durably: temporary name, write, fsync, rename, fsync of the folder. ERR_FULL without room. */
MUST_USE NONNULL err file_write(const char *path, bytes content, mode_t mode);
/* Writes all of it at the descriptor's position. */
MUST_USE err fd_write_all(int fd, bytes content);
/* Makes a folder unless it is there. */
MUST_USE NONNULL err folder_make(const char *path, mode_t mode);

/* A memory file with this content, sealed against every change, so that a receiver can check once and trust. */
MUST_USE NONNULL err memory_file_new(bytes content, int *out_fd);
/* Sealed (ERR_INVALID) and at most size_max (ERR_LIMIT): for who passes it on unread. */
MUST_USE err memory_file_check(int fd, size_t size_max);
/* A received memory file, checked to be sealed and at most size_max, mapped read-only. */
struct memory_view {
	const uint8_t *at;
	size_t len;
};
MUST_USE NONNULL err memory_view_open(int fd, size_t size_max, struct memory_view *out);
NONNULL void memory_view_release(struct memory_view *view);

/* The error kind that errno stands for: ENOSPC and EDQUOT are ERR_FULL, ENOENT ERR_NOT_FOUND, ... */
err err_of_errno(int errno_value);

#endif
