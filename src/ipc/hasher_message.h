/* ipc/hasher_message.h - asks the hasher to make or check a password hash; one fixed struct each way.
 *
 * Same binary on both sides, so host byte order. Both ends decode the other's message like hostile input: exact size,
 * version, ranges, zeros where nothing belongs. No message says who asks: the channel does.
 *
 *   request  0 version u16 · 2 kind u16 · 4 profile u32 · 8 correlation u64 · 16 password_len u16 · 18 phc_len u16
 *            · 20 zero u32 · 24 password[1024] · 1048 phc[128]                                          = 1176 octets
 *   answer   0 version u16 · 2 result u16 · 4 matches u8 · 5 outdated u8 · 6 phc_len u16 · 8 correlation u64
 *            · 16 phc[128]                                                                              =  144 octets */
#ifndef IPC_HASHER_MESSAGE_H
#define IPC_HASHER_MESSAGE_H

#include "base/err.h"
#include "base/str.h"

enum { HASHER_MESSAGE_VERSION = 1, HASHER_PASSWORD_BYTES_MAX = 1024, HASHER_PHC_MAX = 128 };

enum hasher_kind {
	HASHER_HASH = 1, /* password -> PHC string                                                    */
	HASHER_VERIFY,   /* password and PHC string -> matches, outdated                              */
	HASHER_NOBODY    /* password -> does not match, after as much work: for names that do not exist */
};

enum hasher_profile { HASHER_STANDARD = 1, HASHER_HIGH };

enum hasher_result {
	HASHER_DONE = 1,
	HASHER_BUSY,    /* the queue is full: 503 with Retry-After                  */
	HASHER_REFUSED, /* the PHC string or the message is malformed               */
	HASHER_FAILED   /* no memory                                                */
};

struct hasher_request {
	uint16_t version, kind;
	uint32_t profile;
	uint64_t correlation;
	uint16_t password_len, phc_len;
	uint32_t zero;
	uint8_t password[HASHER_PASSWORD_BYTES_MAX];
	char phc[HASHER_PHC_MAX];
};
_Static_assert(sizeof(struct hasher_request) == 1176, "the wire says so");

struct hasher_answer {
	uint16_t version, result;
	uint8_t matches, outdated;
	uint16_t phc_len;
	uint64_t correlation;
	char phc[HASHER_PHC_MAX];
};
_Static_assert(sizeof(struct hasher_answer) == 144, "the wire says so");

/* ERR_INVALID for anything that the other end's encoder would not have written. On failure *out is wiped. */
MUST_USE NONNULL err hasher_request_decode(bytes raw, struct hasher_request *out);
MUST_USE NONNULL err hasher_answer_decode(bytes raw, struct hasher_answer *out);
NONNULL void hasher_request_wipe(struct hasher_request *request);

#endif
