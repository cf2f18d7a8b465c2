/* signin/password_signin.c - a name and a password, or an access pass in its place: checked by the hasher while the call is parked.
 *
 * Source: identity 1.11, 6.1, 6.2. An unknown, disabled or locked account, and one without a password, cost the same hash and the
 * same transaction, and show the same page. Which it was stands in the sign-in log only. */
#include "directory/access_pass.h"
#include "directory/hash_queue.h"
#include "signin/authorize.h"
#include "signin/browser.h"
#include "signin/lockout_store.h"
#include "signin/pages.h"
#include "signin/proof.h"

enum { USERNAME_BYTES_MAX = 320, PASSWORD_TYPED_BYTES_MAX = 256 };

struct attempt {
	struct web_call *call;
	struct authorization *authorization;
	str username, password;
	bool remember;
	bool found, familiar, locked, pass_fits;
	struct access_pass pass;
	struct person person;
	struct lockout lockout;
};

static err busy_page(struct web_call *call)
{
	web_set_header(call, S("retry-after"), S("2"));
	return page_error(call, REFUSAL_BUSY);
}

static enum refusal judge(const struct attempt *t, bool matches)
{
	if (!t->found)
		return REFUSAL_USER_UNKNOWN;
	if (t->locked)
		return REFUSAL_LOCKED;
	if (!matches)
		return REFUSAL_CREDENTIALS;
	return t->person.enabled ? REFUSAL_NONE : REFUSAL_USER_DISABLED;
}

static struct signin_event event_of(const struct attempt *t, enum refusal refusal)
{
	return (struct signin_event){ .op = S("signin.password"), .refusal = refusal, .person = t->found ? &t->person : NULL,
				      .client = &t->authorization->client, .methods = t->pass_fits ? S("tap") : S("pwd"), .status = refusal ? 200 : 303 };
}

static err refuse(struct attempt *t, enum refusal refusal)
{
	SCOPED(transaction) tx = { 0 };
	struct web_call *call = t->call;
	struct signin_event event = event_of(t, refusal);

	TRY(transaction_begin(signin_of(call)->directory->store, &tx));
	if (refusal == REFUSAL_CREDENTIALS)
		TRY(lockout_count(call, t->person.key, t->familiar, t->password, &t->lockout));
	TRY(signin_audit(call, &event));
	TRY(transaction_commit(&tx));
	return page_sign_in(call, t->authorization, t->username, "The user name or password is wrong.");
}

/* A pass for one use that somebody else has used meanwhile is ERR_NOT_FOUND: nothing is signed in. */
static err spend_pass(const struct attempt *t)
{
	if (!t->pass_fits)
		return OK;
	return access_pass_use(signin_of(t->call)->directory->store, t->person.key, &t->pass, t->call->now);
}

static err accept(struct attempt *t)
{
	SCOPED(transaction) tx = { 0 };
	struct web_call *call = t->call;
	struct authorization *a = t->authorization;
	struct signin_event event = event_of(t, REFUSAL_NONE);
	struct session session = { 0 };

	TRY(transaction_begin(signin_of(call)->directory->store, &tx));
	TRY(lockout_forgive(call, t->person.key, t->familiar));
	TRY(spend_pass(t));
	TRY(session_begin(call, &t->person, event.methods, t->remember, t->pass_fits ? &t->pass.ends : NULL, &session));
	TRY(signin_audit(call, &event));
	TRY(transaction_commit(&tx));
	TRY(browser_remember(call, &t->person.id));
	a->transaction.flags |= TRANSACTION_SIGNED_IN | TRANSACTION_CHOSEN;
	a->transaction.session = session.id;
	return authorize_signed_in(call, a, &session, &t->person);
}

/* The password is right but has to be replaced: no session yet, only a proof that goes with the next form. */
static err demand_change(struct attempt *t)
{
	SCOPED(transaction) tx = { 0 };
	struct signin_event event = event_of(t, REFUSAL_NONE);
	str proof = { 0 };

	event.op = S("signin.passwordChange");
	event.status = 200;
	TRY(transaction_begin(signin_of(t->call)->directory->store, &tx));
	TRY(spend_pass(t));
	TRY(signin_audit(t->call, &event));
	TRY(transaction_commit(&tx));
	TRY(proof_make(t->call, &t->person, t->remember, &proof));
	return page_change_password(t->call, t->authorization, &t->person, proof, NULL);
}

static err answer_attempt(struct attempt *t, const struct hash_answer *answer)
{
	if (failed(answer->failed))
		return busy_page(t->call);
	t->pass_fits &= !answer->matches; /* a password needs no pass */
	enum refusal refusal = judge(t, answer->matches || t->pass_fits);
	if (refusal)
		return refuse(t, refusal);
	return t->person.force_change_password ? demand_change(t) : accept(t);
}

static void finish(struct attempt *t, err e)
{
	struct web_call *call = t->call;

	explicit_bzero((void *)(uintptr_t)t->password.at, t->password.len);
	if (failed(e))
		web_answer_err(call, e);
	web_finish(call);
}

static void rehashed(void *context, const struct hash_answer *answer)
{
	struct attempt *t = context;
	err e = OK;

	if (!failed(answer->failed))
		e = lookup_rehash_password(signin_of(t->call)->directory, t->person.key, t->person.password_phc, answer->phc);
	finish(t, e);
}

/* The stored hash was made with weaker parameters: the right password is at hand only now. */
static bool begin_rehash(struct attempt *t)
{
	struct directory *d = signin_of(t->call)->directory;
	return !failed(hash_queue_make(d->hashes, t->password, rehashed, t));
}

static void checked(void *context, const struct hash_answer *answer)
{
	struct attempt *t = context;
	err e = answer_attempt(t, answer);

	if (!failed(e) && !failed(answer->failed) && answer->matches && answer->outdated && t->found && begin_rehash(t))
		return;
	finish(t, e);
}

static err look_up(struct attempt *t)
{
	struct web_call *call = t->call;
	err e = lookup_person_by_name(signin_of(call)->directory, t->username, call->arena, &t->person);

	if (err_kind_of(e) != ERR_NOT_FOUND) {
		TRY(e);
		t->found = true;
		t->familiar = browser_is_familiar(call, &t->person.id);
	}
	/* Asked for an unknown name too (key 0, which nobody has): the same work for everybody. */
	e = access_pass_find(signin_of(call)->directory->store, t->found ? t->person.key : 0, t->password, call->now, &t->pass);
	if (failed(e) && err_kind_of(e) != ERR_NOT_FOUND)
		return e;
	t->pass_fits = !failed(e);
	TRY(lockout_find(call, t->found ? t->person.key : 0, t->familiar, &t->lockout));
	t->locked = lockout_is_locked(&t->lockout, call->now);
	return OK;
}

static err try_password(struct web_call *call, const struct url_params *form, struct authorization *a)
{
	struct attempt *t = NEW(call->arena, struct attempt);
	str remember = { 0 }, password = { 0 };

	TRY_NEW(t);
	*t = (struct attempt){ .call = call, .authorization = a };
	if (!url_param_find(form, S("username"), &t->username) || !url_param_find(form, S("password"), &password) ||
	    !t->username.len || !password.len || t->username.len > USERNAME_BYTES_MAX || password.len > PASSWORD_TYPED_BYTES_MAX)
		return page_sign_in(call, a, t->username.len <= USERNAME_BYTES_MAX ? t->username : S(""),
				    "Enter your user name and your password.");
	t->username = str_trim(t->username);
	t->password = str_copy(call->arena, password);
	TRY_NEW(t->password.at);
	t->remember = url_param_find(form, S("remember"), &remember) && str_equal(remember, S("1"));
	TRY(look_up(t));
	str phc = t->found ? t->person.password_phc : S("");
	if (failed(hash_queue_check(signin_of(call)->directory->hashes, t->password, phc, checked, t)))
		return busy_page(call);
	web_park(call);
	return OK;
}

err password_post(struct web_call *call)
{
	struct authorization *a = NEW(call->arena, struct authorization);
	struct url_params form = { 0 };
	bool answered = false;

	TRY_NEW(a);
	TRY(web_form(call, &form));
	TRY(authorize_resume(call, &form, a, &answered));
	if (answered)
		return OK;
	if (form_action_is(&form, S("cancel")))
		return authorize_refuse(call, a, REFUSAL_DECLINED, NULL);
	return try_password(call, &form, a);
}
