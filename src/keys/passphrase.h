/* keys/passphrase.h - where the root's passphrase is read from, at init and at every start.
 *
 * The first of: the file that the command line names; the descriptor that BAILIWICK_PASSPHRASE_FD names (what is left of a
 * pipe or file, for a caller that writes it once); bailiwick.passphrase in the folder that CREDENTIALS_DIRECTORY names
 * (systemd's LoadCredential). One line: the newline at its end does not belong to it. */
#ifndef KEYS_PASSPHRASE_H
#define KEYS_PASSPHRASE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/* Opens it; `file` may be null. A pipe is emptied into a memory file, so that a keeper that is started again finds it again.
 * The descriptor is the caller's. ERR_NOT_FOUND when there is no source, ERR_DENIED for a file that everybody may read. */
MUST_USE err passphrase_open(const char *file, int *out_fd);
/* Reads it from the descriptor's beginning, without its newline. ERR_LIMIT beyond PASSPHRASE_BYTES_MAX. In the arena, which
 * wipes when it is freed. */
MUST_USE NONNULL err passphrase_read(int fd, struct arena *arena, bytes *out);

#endif
