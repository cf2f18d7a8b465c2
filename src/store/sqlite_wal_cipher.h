/* store/sqlite_wal_cipher.h - the header of a log frame.
 *
 * A frame is 24 octets of header and a page. Header: pgno u32, truncate u32 (big-endian, clear: the page's associated data
 * vouch for them), then salt1 salt2 checksum1 checksum2: 16 octets, one AES-256 block under the log-header key. SQLite
 * sums over the plaintext, linearly; left clear, the sums would let a thief confirm guesses about content. The file header
 * (32 octets) is clear: it holds no content. */
#ifndef STORE_SQLITE_WAL_CIPHER_H
#define STORE_SQLITE_WAL_CIPHER_H

#include "keys/client.h"
#include "store/sqlite_page_cipher.h"

enum { WAL_HEADER_BYTES = 32, FRAME_HEADER_BYTES = 24, FRAME_BYTES = FRAME_HEADER_BYTES + PAGE_BYTES };

struct wal_cipher;
MUST_USE NONNULL err wal_cipher_new(const struct database_keys *keys, struct wal_cipher **out);
void wal_cipher_free(struct wal_cipher *c);
/* 24 octets each. Sealing uses the newest key; opening the one that the page after the header names. */
MUST_USE NONNULL err wal_header_seal(struct wal_cipher *c, const uint8_t *plain, uint8_t *out_raw);
MUST_USE NONNULL err wal_header_open(struct wal_cipher *c, const uint8_t *raw_frame, uint8_t *out_plain);
/* The place of a page from its frame's header, the frame's number (from 1) and the salts of the file's header. */
NONNULL struct page_place wal_place(const uint8_t *frame_header, uint32_t frame, const uint8_t salts[static 8]);

#endif
