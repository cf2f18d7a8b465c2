/* edge/tls_session.h - TLS on one connection, without showing OpenSSL. Source: edge-and-network section 8.
 *
 * A session never blocks: while the keeper signs, the handshake answers TLS_WANT_KEEPER and `resume` is called when it
 * can go on. A fatal result must close the connection at once (one that is forgotten keeps a level-triggered loop busy). */
#ifndef EDGE_TLS_SESSION_H
#define EDGE_TLS_SESSION_H

#include "base/err.h"
#include "base/str.h"

struct tls_context;
struct tls_session;

enum tls_result { TLS_FATAL = 0, TLS_DONE, TLS_WANT_READ, TLS_WANT_WRITE, TLS_WANT_KEEPER, TLS_ENDED };

/* On a connected, non-blocking socket, which stays the caller's. Null: no memory. */
MUST_USE NONNULL struct tls_session *tls_session_new(struct tls_context *context, int fd, void (*resume)(void *owner),
						     void *owner);
/* Also while the keeper still signs for it: then it lingers until that is over. Accepts null. */
void tls_session_free(struct tls_session *session);
NONNULL enum tls_result tls_session_handshake(struct tls_session *session);
/* TLS_DONE: *out_len > 0 octets. TLS_ENDED: the peer said close_notify. */
NONNULL enum tls_result tls_session_read(struct tls_session *session, uint8_t *to, size_t capacity, size_t *out_len);
NONNULL enum tls_result tls_session_write(struct tls_session *session, bytes octets, size_t *out_len);
/* Octets were decrypted or received that read has not given out yet: the socket may look quiet. */
NONNULL bool tls_session_has_pending(const struct tls_session *session);
NONNULL bool tls_session_is_http2(const struct tls_session *session);
/* Sends close_notify, once, without waiting. */
NONNULL void tls_session_shutdown(struct tls_session *session);

#endif
