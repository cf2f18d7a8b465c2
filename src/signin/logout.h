/* signin/logout.h - the end of a session, asked for by an application or by the person.
 *
 * Source: OpenID Connect RP-Initiated Logout 1.0; identity 2.8, 2.10. Whose session ends is the cookie's choice, never the hint's: a
 * valid hint of that very session, with a registered address to go to, saves the question; all else asks first. */
#ifndef SIGNIN_LOGOUT_H
#define SIGNIN_LOGOUT_H

#include "web/call.h"

err logout_any(struct web_call *call); /* GET and POST */
err logout_confirmed(struct web_call *call);

#endif
