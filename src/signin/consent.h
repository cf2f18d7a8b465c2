/* signin/consent.h - has somebody agreed that this client may do this for this person?
 *
 * Source: identity 2.7, 2.10. The tenant's own applications need no consent for openid, profile, email, offline_access and
 * User.Read; the platform's own need none at all; everything else needs a grant, the person's or an administrator's. */
#ifndef SIGNIN_CONSENT_H
#define SIGNIN_CONSENT_H

#include "signin/authorization.h"

struct consent {
	str granted;             /* permissions that the token may carry, blank-separated: asked for and consented */
	str missing;             /* ... asked for and not consented: what a consent page would grant               */
	str missing_words;       /* the same of OpenID Connect's own words; granted at the directory resource      */
	bool admin_missing;      /* one of them only an administrator may grant                                    */
	str sentences[SCOPE_PERMISSIONS_MAX + 8]; /* of what is asked for, for the page                            */
	size_t sentence_count;
};

MUST_USE NONNULL err consent_find(struct web_call *call, const struct client *client, const struct scope *scope,
				  const struct resource *resource, const struct person *person, struct consent *out);

#endif
