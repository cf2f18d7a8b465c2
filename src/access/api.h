/* access/api.h - the surface of OpenID AuthZEN Authorization API 1.0, answered by the data worker. web_call.app is a struct data_app.
 *
 * Source:  authorization-and-data 6.1. The policy decision point is the environment: its identifier is the environment's address
 *          (https://host/e/sales, or https://sales.host), the endpoints stand below it at the standard's default paths, /access/v1/...
 * Who:     an enforcement point: a user or application of the environment that holds prvActOnBehalfOfAnotherUser. Its own rights do
 *          not limit the answers.
 * Answers: 200 for every decision, denials too. 400, 401, 403 and 500 are about the request and the enforcement point; their body is
 *          the message, as text. X-Request-ID comes back as it was sent. */
#ifndef ACCESS_API_H
#define ACCESS_API_H

#include "web/route.h"

extern const struct web_surface access_surface, access_discovery_surface;

#endif
