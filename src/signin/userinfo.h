/* signin/userinfo.h - who the bearer of an access token signed in as. OpenID Connect Core 5.3; identity 2.10. */
#ifndef SIGNIN_USERINFO_H
#define SIGNIN_USERINFO_H

#include "web/call.h"

err userinfo_get(struct web_call *call);
err userinfo_post(struct web_call *call);

#endif
