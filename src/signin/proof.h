/* signin/proof.h - that a person has just shown the right password, for the form that asks them for a new one.
 *
 * Sealed, bound to the browser and to the password that was shown: it dies when that password changes, and after ten minutes.
 * Plain form: u64 made ms · u8[16] person · u8 remember · u64 password changed at. */
#ifndef SIGNIN_PROOF_H
#define SIGNIN_PROOF_H

#include "signin/signin_internal.h"

enum { PROOF_AGE_MS = 10 * 60 * 1000 };

MUST_USE NONNULL err proof_make(struct web_call *call, const struct person *person, bool remember, str *out);
/* ERR_INVALID when it proves nothing (any more). */
MUST_USE NONNULL err proof_check(struct web_call *call, str text, struct person *out_person, bool *out_remember);

#endif
