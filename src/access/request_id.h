/* access/request_id.h - X-Request-ID: an answer carries what the request did, and nothing when it carried none (AuthZEN 1.0, transport). */
#ifndef ACCESS_REQUEST_ID_H
#define ACCESS_REQUEST_ID_H

#include "web/call.h"

NONNULL void request_id_echo(struct web_call *web);

#endif
