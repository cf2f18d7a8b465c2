/* store/sqlite_page_cipher.h - how one page of a database or of its log is sealed.
 *
 * Source: the project's encryption specification, section 5. A page is 4096 octets, of which SQLite leaves 48 unused:
 *
 *   0 .. 4047   ciphertext
 *   +0  .. +11  N1      96 bits, random, one for a writer's session
 *   +12 .. +23  IV      00000000, counter u64 big-endian, strictly increasing under N1
 *   +24 .. +27  keyver  u32 little-endian, version of the database key
 *   +28         fmt     1
 *   +29 .. +31  zero
 *   +32 .. +47  tag
 *
 * XAES-256-GCM under the page key, nonce N1 || IV. Associated data (integers little-endian), which bind a page to its
 * database, its file and its place:
 *   database  "BWP1" dbid(16) 'D' pgno                                  trailer[24..31]
 *   log       "BWP1" dbid(16) 'W' frame pgno truncate walsalts(8)       trailer[24..31]
 *
 * Opening gives the 48 octets as zeros, sealing ignores them: the log's checksums cover the whole page, so what SQLite
 * sees there must be the same at writing and at recovery.
 *
 * Errors: ERR_CORRUPT when a page does not authenticate; the output is zeroed then. */
#ifndef STORE_SQLITE_PAGE_CIPHER_H
#define STORE_SQLITE_PAGE_CIPHER_H

#include "keys/client.h"

enum { PAGE_BYTES = 4096, PAGE_RESERVED_BYTES = 48, PAGE_BODY_BYTES = PAGE_BYTES - PAGE_RESERVED_BYTES,
       PAGE_TAG_AT = PAGE_BYTES - 16, PAGE_KEYVER_AT = PAGE_BODY_BYTES + 24 };

struct page_place {
	bool in_log;
	uint32_t pgno;
	uint32_t frame, truncate; /* in the log only */
	uint8_t salts[8];
};

struct page_cipher;
/* In memory that is locked, out of core dumps, and empty in a forked child (which then draws a nonce of its own). */
MUST_USE NONNULL err page_cipher_new(const struct database_keys *keys, struct page_cipher **out);
/* Wipes. Accepts null. */
void page_cipher_free(struct page_cipher *c);
/* plain and out_raw are PAGE_BYTES each and do not overlap. */
MUST_USE NONNULL err page_seal(struct page_cipher *c, const struct page_place *place, const uint8_t *plain, uint8_t *out_raw);
/* In place is allowed. */
MUST_USE NONNULL err page_open(struct page_cipher *c, const struct page_place *place, const uint8_t *raw, uint8_t *out_plain);

#endif
