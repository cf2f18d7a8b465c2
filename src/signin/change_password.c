/* signin/change_password.c - a person who must choose a new password does, and is signed in with it. */
#include "directory/hash_queue.h"
#include "directory/user.h"
#include "signin/authorize.h"
#include "signin/browser.h"
#include "signin/pages.h"
#include "signin/proof.h"

struct change {
	struct web_call *call;
	struct authorization *authorization;
	struct person person;
	str proof, password;
	bool remember;
};

static err store_change(struct change *c, str phc)
{
	SCOPED(transaction) tx = { 0 };
	struct web_call *call = c->call;
	struct authorization *a = c->authorization;
	struct signin_event event = { .op = S("change.password"), .person = &c->person, .client = &a->client, .methods = S("pwd"),
				      .status = 303 };
	struct session session = { 0 };

	TRY(transaction_begin(signin_of(call)->directory->store, &tx));
	TRY(user_put_password(signin_of(call)->directory->store, c->person.key, phc, false, call->now));
	TRY(session_begin(call, &c->person, S("pwd"), c->remember, NULL, &session));
	TRY(signin_audit(call, &event));
	TRY(transaction_commit(&tx));
	TRY(browser_remember(call, &c->person.id));
	a->transaction.flags |= TRANSACTION_SIGNED_IN | TRANSACTION_CHOSEN;
	a->transaction.session = session.id;
	return authorize_signed_in(call, a, &session, &c->person);
}

static void finish(struct change *c, err e)
{
	struct web_call *call = c->call;

	explicit_bzero((void *)(uintptr_t)c->password.at, c->password.len);
	if (failed(e))
		web_answer_err(call, e);
	web_finish(call);
}

static err busy(struct web_call *call)
{
	web_set_header(call, S("retry-after"), S("2"));
	return page_error(call, REFUSAL_BUSY);
}

static void made(void *context, const struct hash_answer *answer)
{
	struct change *c = context;
	finish(c, failed(answer->failed) ? busy(c->call) : store_change(c, answer->phc));
}

/* The old password may not be kept (identity 1.10): the new one is checked against it first. */
static void compared(void *context, const struct hash_answer *answer)
{
	struct change *c = context;
	struct directory *d = signin_of(c->call)->directory;

	if (failed(answer->failed))
		finish(c, busy(c->call));
	else if (answer->matches)
		finish(c, page_change_password(c->call, c->authorization, &c->person, c->proof,
					       "That is the password you have. Choose another."));
	else if (failed(hash_queue_make(d->hashes, c->password, made, c)))
		finish(c, busy(c->call));
}

static const char *fault_of(str password, str again, const struct person *person)
{
	if (!str_equal(password, again))
		return "The two passwords are not the same.";
	if (failed(password_check(password, person->user_principal_name)))
		return "Choose a password of at least 12 characters that does not contain your name.";
	return NULL;
}

static err try_change(struct web_call *call, const struct url_params *form, struct change *c)
{
	str password = S(""), again = S("");

	(void)url_param_find(form, S("new_password"), &password);
	(void)url_param_find(form, S("new_password_again"), &again);
	const char *fault = fault_of(password, again, &c->person);
	if (fault)
		return page_change_password(call, c->authorization, &c->person, c->proof, fault);
	c->password = str_copy(call->arena, password);
	TRY_NEW(c->password.at);
	if (failed(hash_queue_check(signin_of(call)->directory->hashes, c->password, c->person.password_phc, compared, c)))
		return busy(call);
	web_park(call);
	return OK;
}

err change_password_post(struct web_call *call)
{
	struct authorization *a = NEW(call->arena, struct authorization);
	struct change *c = NEW(call->arena, struct change);
	struct url_params form = { 0 };
	bool answered = false;

	TRY_NEW(a);
	TRY_NEW(c);
	TRY(web_form(call, &form));
	TRY(authorize_resume(call, &form, a, &answered));
	if (answered)
		return OK;
	if (form_action_is(&form, S("cancel")))
		return authorize_refuse(call, a, REFUSAL_DECLINED, NULL);
	*c = (struct change){ .call = call, .authorization = a };
	if (!url_param_find(&form, S("proof"), &c->proof) || failed(proof_check(call, c->proof, &c->person, &c->remember)))
		return page_sign_in(call, a, S(""), "Sign in again, please.");
	return try_change(call, &form, c);
}
