#include "signin/authorize_decide.h"

static bool must_sign_in(const struct authorize_facts *f)
{
	if (!f->signed_in)
		return true;
	if (f->signed_in_here)
		return false;
	if (f->prompt & (PROMPT_LOGIN | PROMPT_CREATE))
		return true;
	return f->max_age_s != MAX_AGE_ABSENT && f->session_age_s >= f->max_age_s;
}

static enum authorize_step refuse(enum refusal refusal, enum refusal *out_refusal)
{
	*out_refusal = refusal;
	return STEP_REFUSE;
}

enum authorize_step authorize_decide(const struct authorize_facts *f, enum refusal *out_refusal)
{
	bool silent = f->prompt & PROMPT_NONE;

	*out_refusal = REFUSAL_NONE;
	if (must_sign_in(f))
		return silent ? refuse(REFUSAL_LOGIN_REQUIRED, out_refusal) : STEP_SIGN_IN;
	if (f->other_person)
		return refuse(REFUSAL_OTHER_USER, out_refusal);
	if ((f->prompt & PROMPT_SELECT_ACCOUNT) && !f->chosen_here && !f->signed_in_here)
		return STEP_SELECT_ACCOUNT;
	if (f->not_assigned)
		return refuse(REFUSAL_NOT_ASSIGNED, out_refusal);
	if (f->admin_consent_missing)
		return refuse(silent ? REFUSAL_CONSENT_REQUIRED : REFUSAL_ADMIN_CONSENT, out_refusal);
	if (f->consent_missing || ((f->prompt & PROMPT_CONSENT) && !f->consented_here))
		return silent ? refuse(REFUSAL_CONSENT_REQUIRED, out_refusal) : STEP_CONSENT;
	return STEP_ISSUE;
}
