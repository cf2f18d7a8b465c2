/* edge/tls_keeper.h - the keeper as the TLS provider's signer: requests go out over the keeper channel with a correlation
 * number and are answered from the loop, so nothing here ever waits. Also fetches the ticket keys, and again every hour. */
#ifndef EDGE_TLS_KEEPER_H
#define EDGE_TLS_KEEPER_H

#include "edge/tls_context.h"
#include "host/loop.h"

struct tls_keeper;

enum { TLS_SIGNATURES_WAITING_MAX = 1024 };

/* `tickets` is called whenever the keeper has sent ticket keys; they are wiped after the call. */
MUST_USE NONNULL err tls_keeper_new(struct loop *loop, void (*tickets)(void *self, const struct ticket_key *keys, size_t count),
				    void *self, struct tls_keeper **out);
/* What still waits is answered as failed. Accepts null. */
void tls_keeper_free(struct tls_keeper *keeper);
/* A channel to the keeper, also a new one after the keeper was restarted. Owns fd. What waited for the old one fails. */
MUST_USE NONNULL err tls_keeper_set_channel(struct tls_keeper *keeper, int fd);
NONNULL struct tls_signer tls_keeper_signer(struct tls_keeper *keeper);

#endif
