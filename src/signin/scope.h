/* signin/scope.h - the `scope` parameter, told apart: OpenID Connect's own words, and one resource's permissions.
 *
 * Source:  RFC 6749 3.3, OpenID Connect Core 5.4; identity 2.10. "https://host/User.Read" is permission User.Read of the
 *          resource https://host; "<appId>/.default" is all that was granted of the resource with that appId. A bare word that
 *          is not OpenID Connect's is a permission of the directory resource if it looks like one (it has a dot), and is
 *          otherwise ignored. Two resources are refused. Views point into the text. */
#ifndef SIGNIN_SCOPE_H
#define SIGNIN_SCOPE_H

#include "base/arena.h"
#include "signin/refusal.h"

enum scope_word { SCOPE_OPENID = 1, SCOPE_PROFILE = 2, SCOPE_EMAIL = 4, SCOPE_OFFLINE_ACCESS = 8, SCOPE_ADDRESS = 16,
		  SCOPE_PHONE = 32 };
enum { SCOPE_PERMISSIONS_MAX = 40 };

struct scope {
	unsigned words;         /* enum scope_word, or'ed                                           */
	str resource;           /* before the last '/'; empty: the directory resource, or none      */
	bool is_default;        /* <resource>/.default                                              */
	str permissions[SCOPE_PERMISSIONS_MAX];
	size_t permission_count;
};

NONNULL enum refusal scope_parse(str text, struct scope *out);
/* "openid profile" + permissions, as `scope` of an answer or `scp` of a token. A null `at` when the budget is spent. */
NONNULL str scope_text(const struct scope *scope, bool with_words, struct arena *arena);
/* Is everything in `inner` also in `outer`? (.default of the same resource covers all its permissions.) */
NONNULL bool scope_covers(const struct scope *outer, const struct scope *inner);

#endif
