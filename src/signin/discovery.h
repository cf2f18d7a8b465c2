/* signin/discovery.h - what the provider is and which keys it signs with.
 *
 * Source: OpenID Connect Discovery 1.0 section 3, RFC 8414, RFC 7517; identity 2.1, 2.2. Lists only what exists. */
#ifndef SIGNIN_DISCOVERY_H
#define SIGNIN_DISCOVERY_H

#include "web/call.h"

err discovery_get(struct web_call *call);
err discovery_keys_get(struct web_call *call);

#endif
