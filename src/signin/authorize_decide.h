/* signin/authorize_decide.h - what an authorization request needs next. Pure: facts in, one step out.
 *
 * Source: OpenID Connect Core 3.1.2.3, 3.1.2.6; identity 2.3 rules 5 and 6. Zero facts lead to the sign-in page. */
#ifndef SIGNIN_AUTHORIZE_DECIDE_H
#define SIGNIN_AUTHORIZE_DECIDE_H

#include "signin/authorize_request.h"

enum authorize_step { STEP_REFUSE = 0, STEP_SIGN_IN, STEP_SELECT_ACCOUNT, STEP_CONSENT, STEP_ISSUE };

struct authorize_facts {
	unsigned prompt;         /* enum prompt                                            */
	int64_t max_age_s;       /* MAX_AGE_ABSENT                                         */
	bool signed_in;          /* there is a live session                                */
	int64_t session_age_s;   /* since the person proved who they are                   */
	bool signed_in_here;     /* ... for this very request                              */
	bool chosen_here;        /* chose the account for this request                     */
	bool consented_here;     /* consented for this request                             */
	bool other_person;       /* id_token_hint names somebody else than the session     */
	bool not_assigned;       /* the client requires an assignment that is not there    */
	bool consent_missing, admin_consent_missing;
};

/* *out_refusal only with STEP_REFUSE. */
NONNULL enum authorize_step authorize_decide(const struct authorize_facts *f, enum refusal *out_refusal);

#endif
