/* keys/root.h - where the root key comes from. encryption-and-keys section 3.
 *
 * `file`: 32 octets in a file that only its owner may read. `passphrase`: 32 random octets wrapped under Argon2id of a
 * passphrase, in DIR/keys/root.passphrase; where the passphrase itself comes from at each start: passphrase.h. */
#ifndef KEYS_ROOT_H
#define KEYS_ROOT_H

#include "base/arena.h"
#include "keys/key_wrap.h"

enum { PASSPHRASE_BYTES_MIN = 12, PASSPHRASE_BYTES_MAX = 1024 };

MUST_USE NONNULL err root_file_create(const char *path);
/* ERR_DENIED when anyone but the owner may read it; ERR_CORRUPT when it is not 32 octets. */
MUST_USE NONNULL err root_file_open(const char *path, struct wrapping_key *out);

/* ERR_INVALID for a passphrase shorter than PASSPHRASE_BYTES_MIN. */
MUST_USE NONNULL err root_passphrase_create(const char *path, bytes passphrase);
/* ERR_DENIED for a wrong passphrase. Takes about a fifth of a second and 64 MiB. */
MUST_USE NONNULL err root_passphrase_open(const char *path, bytes passphrase, struct wrapping_key *out);

/* True when both paths are on one file system. */
NONNULL bool root_shares_filesystem(const char *root_path, const char *data_path);

#endif
