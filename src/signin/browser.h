/* signin/browser.h - what we know of the browser behind a request: its cookies, and whether a form came from our own page.
 *
 * Cookies (identity 3.4; names end in the tenant's first 8 digits):
 *   __Host-bwk_s_  the session                       signin/session.h
 *   __Host-bwk_f_  names the browser for the length of its window; pages' hidden state opens only beside it (login CSRF)
 *   __Host-bwk_d_  a year: this browser has signed in as that person (smart lockout's familiar devices), sealed */
#ifndef SIGNIN_BROWSER_H
#define SIGNIN_BROWSER_H

#include "signin/signin_internal.h"

/* Value of the cookie whose name starts so ("__Host-bwk_s_"); false when absent. */
NONNULL bool browser_cookie(struct web_call *call, str prefix, str *out);
MUST_USE NONNULL err browser_set_cookie(struct web_call *call, str prefix, str value, int64_t max_age_s);

/* The browser's name, made and set as a cookie when it has none. */
MUST_USE NONNULL err browser_name(struct web_call *call, str *out);
/* Only when it has one. */
NONNULL bool browser_has_name(struct web_call *call, str *out);

/* Has this browser signed in as this person within 30 days? */
NONNULL bool browser_is_familiar(struct web_call *call, const struct uuid *person);
MUST_USE NONNULL err browser_remember(struct web_call *call, const struct uuid *person);

/* Sec-Fetch-Site: same-origin, or without that header Origin equal to ours (identity 6.3). */
NONNULL bool browser_posted_from_us(struct web_call *call);

#endif
