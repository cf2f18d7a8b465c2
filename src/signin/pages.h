/* signin/pages.h - the pages a person sees. Each writes the whole answer. Contract: identity 3.5. */
#ifndef SIGNIN_PAGES_H
#define SIGNIN_PAGES_H

#include "signin/authorization.h"

/* No way back to the application: says what is wrong, and the id by which the log knows it. */
MUST_USE NONNULL err page_error(struct web_call *call, enum refusal refusal);
/* Name and password. alert: a sentence, or null. */
MUST_USE err page_sign_in(struct web_call *call, const struct authorization *a, str username, const char *alert);
MUST_USE NONNULL err page_select_account(struct web_call *call, const struct authorization *a, const struct person *person);
/* scopes: what is new, one sentence each. */
MUST_USE NONNULL err page_consent(struct web_call *call, const struct authorization *a, const struct person *person,
				  const str *sentences, size_t sentence_count);
MUST_USE err page_change_password(struct web_call *call, const struct authorization *a, const struct person *person,
					  str proof, const char *alert);
MUST_USE NONNULL err page_sign_out(struct web_call *call, str ctx, str redirect_uri);
MUST_USE NONNULL err page_signed_out(struct web_call *call);
/* OAuth 2.0 Form Post Response Mode: a form with names[i] = values[i] that sends itself. */
MUST_USE NONNULL err page_form_post(struct web_call *call, str redirect_uri, const str *names, const str *values, size_t count);

#endif
