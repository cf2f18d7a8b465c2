/* cli/http_client.h - one request to the running installation, over the operator's Unix socket.
 *
 * Plain HTTP/1.1; whoever may open the socket is the operator (docs/ARCHITECTURE.md). One connection per request. */
#ifndef CLI_HTTP_CLIENT_H
#define CLI_HTTP_CLIENT_H

#include "base/arena.h"
#include "base/err.h"

struct cli_target {
	const char *folder; /* DIR: the socket is DIR/run/control.sock */
	int timeout_s;      /* of each wait for the socket; 0: 60      */
};

/* path with its query, already encoded. An empty content_type sends no body. The body of the answer lives in the arena.
 * ERR_UNAVAILABLE: nobody listens, or the service went away; ERR_INVALID: what came back is not HTTP. A status of 400 and more
 * is an answer, not an error. */
MUST_USE NONNULL err cli_http(const struct cli_target *target, str method, str path, str content_type, bytes body,
			      struct arena *arena, int *out_status, bytes *out_body);
/* Reads a whole response from a connected socket. For cli_http and its test. */
MUST_USE NONNULL err cli_http_receive(int fd, struct arena *arena, int *out_status, bytes *out_body);

#endif
