/* ipc/hasher_client.h - the asking side of ipc/hasher_message.h: makes requests, reads answers. Nothing waits here; the
 * identity worker parks its call and matches answers by correlation. */
#ifndef IPC_HASHER_CLIENT_H
#define IPC_HASHER_CLIENT_H

#include "ipc/hasher_message.h"

/* Each sends one request on a non-blocking channel and wipes its copy. ERR_LIMIT when the password or PHC string is too long,
 * ERR_UNAVAILABLE when the hasher is away or does not take more. */
MUST_USE NONNULL err hasher_ask_hash(int channel, uint64_t correlation, enum hasher_profile profile, str password);
MUST_USE NONNULL err hasher_ask_verify(int channel, uint64_t correlation, enum hasher_profile profile, str password,
				       str phc);
MUST_USE NONNULL err hasher_ask_nobody(int channel, uint64_t correlation, enum hasher_profile profile, str password);

/* Takes one answer. ERR_UNAVAILABLE when none is there; *out_closed says whether because the hasher has gone. */
MUST_USE NONNULL err hasher_answer_receive(int channel, struct hasher_answer *out, bool *out_closed);

static inline str hasher_answer_phc(const struct hasher_answer *answer)
{
	return (str){ answer->phc, answer->phc_len };
}

#endif
