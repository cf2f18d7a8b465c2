#include "signin/logout.h"

#include "signin/authorize.h"
#include "signin/browser.h"
#include "signin/hint.h"
#include "signin/pages.h"
#include "signin/sealed.h"
#include "signin/session.h"

struct logout {
	struct session session;
	struct person person;
	bool signed_in;
	bool hint_fits;      /* a valid hint of this very session, or of none when nobody is signed in */
	str redirect_uri;    /* registered, or empty                                                   */
	str state;
};

static err is_registered(struct web_call *call, const struct uuid *app_id, str uri, bool *out)
{
	struct client *client = NEW(call->arena, struct client);
	const struct json *bwk = NULL;

	*out = false;
	TRY_NEW(client);
	err e = lookup_client(signin_of(call)->directory, app_id, call->arena, client);
	if (err_kind_of(e) == ERR_NOT_FOUND)
		return OK;
	TRY(e);
	if (client->bwk.len)
		TRY(json_parse(bytes_of_str(client->bwk), JSON_LIMITS_DEFAULT, call->arena, &bwk, NULL));
	const struct json *list = json_member(bwk, S("postLogoutRedirectUris"));
	for (const struct json *item = json_is(list, JSON_ARRAY) ? list->first : NULL; item; item = item->next)
		*out |= json_is(item, JSON_STRING) && str_equal(item->text, uri);
	for (size_t i = 0; !list && i < client->redirect_uri_count; i++) /* the vendor's rule, where nothing else is said */
		*out |= str_equal(client->redirect_uris[i].uri, uri);
	return OK;
}

static err read_hint(struct web_call *call, const struct url_params *params, struct logout *out)
{
	struct hint hint = { 0 };
	str text = { 0 }, uri = { 0 }, client_id = { 0 };
	bool valid = false, registered = false;

	if (!url_param_find(params, S("id_token_hint"), &text) || !text.len)
		return OK;
	TRY(hint_read(call, text, &hint, &valid));
	if (!valid || (url_param_find(params, S("client_id"), &client_id) &&
		       !str_equal_nocase(client_id, uuid_text(call->arena, &hint.client))))
		return OK;
	out->hint_fits = !out->signed_in ||
			 (uuid_equal(&hint.person, &out->person.id) &&
			  str_equal(hint.sid, session_sid(signin_of(call), &out->session.id, &hint.client, call->arena)));
	if (!url_param_find(params, S("post_logout_redirect_uri"), &uri) || !uri.len)
		return OK;
	TRY(is_registered(call, &hint.client, uri, &registered));
	if (registered && out->hint_fits)
		out->redirect_uri = uri;
	else
		out->hint_fits = false; /* somewhere we may not send people: ask, and stay */
	return OK;
}

static err end(struct web_call *call, const struct logout *l)
{
	SCOPED(transaction) tx = { 0 };
	struct signin_event event = { .op = S("signout.session"), .person = &l->person, .status = 200 };

	if (!l->signed_in)
		return browser_set_cookie(call, S("__Host-bwk_s_"), S(""), 0);
	TRY(transaction_begin(signin_of(call)->directory->store, &tx));
	TRY(session_end(call, &l->session));
	TRY(signin_audit(call, &event));
	return transaction_commit(&tx);
}

static err go_back(struct web_call *call, const struct logout *l)
{
	str location = l->redirect_uri;

	if (l->state.len) {
		char separator = str_find_char(location, '?', 0) == SIZE_MAX ? '?' : '&';
		location = str_format(call->arena, "%.*s%cstate=%.*s", STR_ARG(location), separator,
				      STR_ARG(url_encode(call->arena, l->state)));
		TRY_NEW(location.at);
	}
	web_redirect(call, location);
	web_no_store(call);
	return OK;
}

/* The question's form carries only that this browser was asked. */
static err ask(struct web_call *call)
{
	str browser = { 0 }, ctx = { 0 };

	TRY(browser_name(call, &browser));
	TRY(sealed_make(signin_of(call), S("signout"), browser, bytes_of("1", 1), call->arena, &ctx));
	return page_sign_out(call, ctx, S(""));
}

err logout_any(struct web_call *call)
{
	struct logout *l = NEW(call->arena, struct logout);
	struct url_params params = { 0 };
	str state = { 0 };

	TRY_NEW(l);
	TRY(call->request.method == HTTP_POST ? web_form(call, &params) : web_query(call, &params));
	TRY(session_find(call, &l->session, &l->person, &l->signed_in));
	TRY(read_hint(call, &params, l));
	if (url_param_find(&params, S("state"), &state) && state.len <= 2048)
		l->state = state;
	if (!l->hint_fits)
		return ask(call);
	TRY(end(call, l));
	return l->redirect_uri.len ? go_back(call, l) : page_signed_out(call);
}

err logout_confirmed(struct web_call *call)
{
	struct logout *l = NEW(call->arena, struct logout);
	struct url_params form = { 0 };
	str ctx = { 0 }, browser = { 0 };
	bytes plain = { 0 };

	TRY_NEW(l);
	TRY(web_form(call, &form));
	if (!browser_posted_from_us(call) || !browser_has_name(call, &browser) || !url_param_find(&form, S("ctx"), &ctx) ||
	    failed(sealed_open(signin_of(call), S("signout"), browser, ctx, call->arena, &plain)))
		return authorize_error_page(call, REFUSAL_FOREIGN_POST);
	TRY(session_find(call, &l->session, &l->person, &l->signed_in));
	TRY(end(call, l));
	return page_signed_out(call);
}
