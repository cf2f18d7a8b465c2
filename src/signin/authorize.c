#include "signin/authorize.h"

#include "signin/authorize_decide.h"
#include "signin/browser.h"
#include "signin/code.h"
#include "signin/consent.h"
#include "signin/hint.h"
#include "signin/pages.h"
#include "signin/sealed.h"
#include "signin/token_endpoint.h"

bool form_action_is(const struct url_params *form, str value)
{
	str action = { 0 };
	return url_param_find(form, S("action"), &action) && str_equal(action, value);
}

err authorize_error_page(struct web_call *call, enum refusal refusal)
{
	struct signin_event event = { .op = S("signin.authorize"), .refusal = refusal };

	TRY(signin_audit_alone(call, &event));
	return page_error(call, refusal);
}

err authorize_refuse(struct web_call *call, const struct authorization *a, enum refusal refusal, const struct person *person)
{
	struct signin_event event = {
		.op = S("signin.authorize"), .refusal = refusal, .person = person,
		.client = a->client.has_service_principal ? &a->client : NULL,
	};

	TRY(signin_audit_alone(call, &event));
	return authorization_refuse(call, a, refusal);
}

/* --- facts --- */

/* Everything that the decision and its execution look at. */
struct scene {
	struct session session;
	struct person person;
	bool signed_in;
	struct consent consent;
	struct authorize_facts facts;
};

static err find_assignment(struct web_call *call, const struct authorization *a, struct scene *s)
{
	const str *roles = NULL;
	size_t count = 0;
	bool assigned = true;

	if (a->client.assignment_required)
		TRY(lookup_app_roles(signin_of(call)->directory, &s->person.id, a->client.service_principal_key, call->arena,
				     &roles, &count, &assigned));
	s->facts.not_assigned = !assigned;
	return OK;
}

static err gather(struct web_call *call, const struct authorization *a, struct scene *s)
{
	unsigned flags = a->transaction.flags;

	s->facts.prompt = a->request.prompt;
	s->facts.max_age_s = a->request.max_age_s;
	if (!s->signed_in)
		TRY(session_find(call, &s->session, &s->person, &s->signed_in));
	if (!s->signed_in)
		return OK;
	if (!uuid_equal(&a->transaction.session, &s->session.id))
		flags = 0; /* another session than the one for which these things happened */
	s->facts.signed_in = true;
	s->facts.session_age_s = (call->now.ms - s->session.auth_time.ms) / 1000;
	s->facts.signed_in_here = flags & TRANSACTION_SIGNED_IN;
	s->facts.chosen_here = flags & TRANSACTION_CHOSEN;
	s->facts.consented_here = flags & TRANSACTION_CONSENTED;
	if (a->request.id_token_hint.len)
		TRY(hint_is_of_other(call, a->request.id_token_hint, &a->client.app_id, &s->person.id, &s->facts.other_person));
	TRY(find_assignment(call, a, s));
	TRY(consent_find(call, &a->client, &a->scope, &a->resource, &s->person, &s->consent));
	s->facts.consent_missing = s->consent.missing.len || s->consent.missing_words.len;
	s->facts.admin_consent_missing = s->consent.admin_missing;
	return OK;
}

/* --- steps --- */

/* What is granted, as one text: words of OpenID Connect, then the resource's permissions with its identifier in front. */
static err granted_scope(struct web_call *call, const struct authorization *a, const struct consent *consent, str *out)
{
	struct scope granted = { .words = a->scope.words, .resource = a->scope.resource };
	str rest = consent->granted, item = { 0 };

	while (str_split(&rest, ' ', &item))
		if (item.len && granted.permission_count < SCOPE_PERMISSIONS_MAX)
			granted.permissions[granted.permission_count++] = item;
	*out = scope_text(&granted, true, call->arena);
	TRY_NEW(out->at);
	return OK;
}

static err issue(struct web_call *call, const struct authorization *a, const struct scene *s)
{
	SCOPED(transaction) tx = { 0 };
	str scope = { 0 }, code = { 0 }, client_info = { 0 };
	struct signin_event event = {
		.op = S("signin.session"), .person = &s->person, .client = &a->client, .methods = s->session.methods,
		.session = session_sid(signin_of(call), &s->session.id, &a->client.app_id, call->arena), .status = 303,
	};

	TRY(granted_scope(call, a, &s->consent, &scope));
	TRY(transaction_begin(signin_of(call)->directory->store, &tx));
	TRY(session_touch(call, &s->session));
	TRY(code_issue(call, a, &s->session, scope, &code));
	TRY(signin_audit(call, &event));
	TRY(transaction_commit(&tx));
	if (a->request.client_info)
		TRY(token_client_info(call, &s->person.id, &client_info));
	return authorization_answer(call, a, code, client_info);
}

/* After a POST the page has an address of its own, so that reloading it sends no form again. */
static err redirect_to_page(struct web_call *call, const struct authorization *a)
{
	str ctx = { 0 };

	TRY(transaction_seal(call, &a->transaction, &ctx));
	str location = str_format(call->arena, "%.*s/signin/continue?ctx=%.*s", STR_ARG(call->request.base), STR_ARG(ctx));
	TRY_NEW(location.at);
	web_redirect(call, location);
	web_no_store(call);
	return OK;
}

static err show(struct web_call *call, const struct authorization *a, enum authorize_step step, const struct scene *s)
{
	if (call->request.method == HTTP_POST)
		return redirect_to_page(call, a);
	switch (step) {
	case STEP_SELECT_ACCOUNT:
		return page_select_account(call, a, &s->person);
	case STEP_CONSENT:
		return page_consent(call, a, &s->person, s->consent.sentences, s->consent.sentence_count);
	default:
		return page_sign_in(call, a, a->request.login_hint, NULL);
	}
}

static err go_on(struct web_call *call, struct authorization *a, struct scene *s)
{
	enum refusal refusal = REFUSAL_NONE;

	TRY(gather(call, a, s));
	enum authorize_step step = authorize_decide(&s->facts, &refusal);
	if (step == STEP_REFUSE)
		return authorize_refuse(call, a, refusal, s->signed_in ? &s->person : NULL);
	return step == STEP_ISSUE ? issue(call, a, s) : show(call, a, step, s);
}

err authorize_go_on(struct web_call *call, struct authorization *a)
{
	struct scene *s = NEW(call->arena, struct scene);

	TRY_NEW(s);
	return go_on(call, a, s);
}

err authorize_signed_in(struct web_call *call, struct authorization *a, const struct session *session, const struct person *person)
{
	struct scene *s = NEW(call->arena, struct scene);

	TRY_NEW(s);
	s->session = *session;
	s->person = *person;
	s->signed_in = true;
	return go_on(call, a, s);
}

/* --- handlers --- */

static err start(struct web_call *call, const struct transaction_state *t)
{
	struct authorization *a = NEW(call->arena, struct authorization);
	enum refusal refusal = REFUSAL_NONE;

	TRY_NEW(a);
	TRY(authorization_load(call, t, a, &refusal));
	return refusal ? authorize_refuse(call, a, refusal, NULL) : authorize_go_on(call, a);
}

err authorize_get(struct web_call *call)
{
	struct transaction_state t = { .query = call->request.query, .started = call->now };
	str posted = { 0 };
	bytes plain = { 0 };

	if (!str_starts_with(t.query, S("posted=")))
		return start(call, &t);
	posted = str_from(t.query, strlen("posted="));
	if (failed(sealed_open(signin_of(call), S("posted"), S(""), posted, call->arena, &plain)))
		return authorize_error_page(call, REFUSAL_BAD_QUERY);
	t.query = str_of_bytes(plain);
	return start(call, &t);
}

/* A POST from the client's site carries no cookies of ours (SameSite=Lax), the GET after it does. */
err authorize_post(struct web_call *call)
{
	struct url_params form = { 0 };
	str sealed = { 0 };

	if (failed(web_form(call, &form)) || call->request.body.len > TRANSACTION_QUERY_BYTES_MAX)
		return authorize_error_page(call, REFUSAL_BAD_QUERY);
	TRY(sealed_make(signin_of(call), S("posted"), S(""), call->request.body, call->arena, &sealed));
	str location = str_format(call->arena, "%.*s/oauth2/v2.0/authorize?posted=%.*s", STR_ARG(call->request.base), STR_ARG(sealed));
	TRY_NEW(location.at);
	web_redirect(call, location);
	web_no_store(call);
	return OK;
}

static err resume(struct web_call *call, const struct url_params *params, struct authorization *out, bool *out_answered)
{
	struct transaction_state t = { 0 };
	enum refusal refusal = REFUSAL_STALE_PAGE;
	str ctx = { 0 };

	*out_answered = true;
	if (!url_param_find(params, S("ctx"), &ctx) || failed(transaction_unseal(call, ctx, &t)))
		return authorize_error_page(call, refusal);
	TRY(authorization_load(call, &t, out, &refusal));
	if (refusal)
		return authorize_refuse(call, out, refusal, NULL);
	*out_answered = false;
	return OK;
}

err authorize_resume(struct web_call *call, const struct url_params *form, struct authorization *out, bool *out_answered)
{
	*out_answered = true;
	if (!browser_posted_from_us(call))
		return authorize_error_page(call, REFUSAL_FOREIGN_POST);
	return resume(call, form, out, out_answered);
}

err authorize_continue(struct web_call *call)
{
	struct authorization *a = NEW(call->arena, struct authorization);
	struct url_params query = { 0 };
	bool answered = false;

	TRY_NEW(a);
	TRY(web_query(call, &query));
	TRY(resume(call, &query, a, &answered));
	return answered ? OK : authorize_go_on(call, a);
}

err account_post(struct web_call *call)
{
	struct authorization *a = NEW(call->arena, struct authorization);
	struct url_params form = { 0 };
	struct session session = { 0 };
	struct person person = { 0 };
	bool answered = false, found = false;
	str account = { 0 };

	TRY_NEW(a);
	TRY(web_form(call, &form));
	TRY(authorize_resume(call, &form, a, &answered));
	if (answered)
		return OK;
	if (form_action_is(&form, S("cancel")))
		return authorize_refuse(call, a, REFUSAL_DECLINED, NULL);
	TRY(session_find(call, &session, &person, &found));
	if (found && url_param_find(&form, S("account"), &account) && str_equal(account, uuid_text(call->arena, &person.id))) {
		a->transaction.flags |= TRANSACTION_CHOSEN;
		a->transaction.session = session.id;
		return authorize_go_on(call, a);
	}
	return page_sign_in(call, a, S(""), NULL);
}

/* --- consent --- */

static err grant(struct web_call *call, const struct authorization *a, const struct person *person, const struct resource *resource,
		 str scopes)
{
	struct audit_event context = {
		.severity = AUDIT_NOTICE, .actor_type = AUDIT_ACTOR_USER, .actor_id = uuid_text(call->arena, &person->id),
		.actor_name = person->user_principal_name, .client_ip = web_client_text(call),
		.request_id = uuid_text(call->arena, &call->request.id), .method = S("POST"), .route = str_of(call->route),
		.status = 303,
	};

	if (!scopes.len)
		return OK;
	return lookup_consent(signin_of(call)->directory, &a->client, person, resource, scopes, call->now, &context);
}

static err accept_consent(struct web_call *call, struct authorization *a, const struct session *session, const struct person *person)
{
	struct consent *consent = NEW(call->arena, struct consent);
	struct resource directory = { 0 };

	TRY_NEW(consent);
	TRY(consent_find(call, &a->client, &a->scope, &a->resource, person, consent));
	if (!consent->admin_missing) {
		TRY(grant(call, a, person, &a->resource, consent->missing));
		TRY(lookup_resource(signin_of(call)->directory, S(DIRECTORY_RESOURCE_APP_ID), call->arena, &directory));
		TRY(grant(call, a, person, &directory, consent->missing_words));
	}
	if (!uuid_equal(&a->transaction.session, &session->id))
		a->transaction.flags = 0;
	a->transaction.flags |= TRANSACTION_CONSENTED;
	a->transaction.session = session->id;
	return authorize_go_on(call, a);
}

err consent_post(struct web_call *call)
{
	struct authorization *a = NEW(call->arena, struct authorization);
	struct url_params form = { 0 };
	struct session session = { 0 };
	struct person person = { 0 };
	bool answered = false, found = false;

	TRY_NEW(a);
	TRY(web_form(call, &form));
	TRY(authorize_resume(call, &form, a, &answered));
	if (answered)
		return OK;
	TRY(session_find(call, &session, &person, &found));
	if (!found)
		return authorize_go_on(call, a);
	if (!form_action_is(&form, S("accept")))
		return authorize_refuse(call, a, REFUSAL_DECLINED, &person);
	return accept_consent(call, a, &session, &person);
}
