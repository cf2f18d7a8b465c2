/* data/admin_call.h - the frame around each call of authz/admin.h. */
#ifndef DATA_ADMIN_CALL_H
#define DATA_ADMIN_CALL_H

#include "authz/admin.h"
#include "data/request.h"

/* for (bool again = true; again;) { begin; end(..., the call, &again); }
 * Where somebody acts for the user, the call runs first with the actor's rights and is undone, then with the user's. */
MUST_USE NONNULL err admin_call_begin(struct data_call *dc, struct admin_call *call);
/* Turns authz's refusal into the request's problem; after success takes the callers' contexts of the new epoch. */
MUST_USE err admin_call_end(struct data_call *dc, const struct admin_call *call, const struct table *t, err e, bool *out_again);

#endif
