#include "signin/authorization.h"

#include "signin/page.h"
#include "signin/pages.h"

/* --- redirect URIs --- */

static bool is_loopback(const struct url *url)
{
	return str_equal_nocase(url->scheme, S("http")) &&
	       (str_equal(url->host, S("127.0.0.1")) || str_equal(url->host, S("[::1]")) || str_equal(url->host, S("::1")));
}

/* The same but for the port. */
static bool is_same_loopback(str registered, str sent)
{
	struct url a = { 0 }, b = { 0 };

	if (failed(url_parse(registered, &a)) || failed(url_parse(sent, &b)) || b.has_fragment)
		return false;
	return is_loopback(&a) && is_loopback(&b) && str_equal(a.host, b.host) && str_equal(a.path, b.path) &&
	       a.has_query == b.has_query && str_equal(a.query, b.query);
}

enum refusal redirect_uri_choose(const struct client *client, bool sent, str uri, str *out, enum redirect_platform *out_platform)
{
	if (!sent && client->redirect_uri_count != 1)
		return REFUSAL_REDIRECT_MISSING;
	for (size_t i = 0; i < client->redirect_uri_count; i++) {
		const struct redirect_uri *row = &client->redirect_uris[i];
		bool exact = !sent || str_equal(row->uri, uri);
		if (!exact && !(row->platform == PLATFORM_PUBLIC_CLIENT && is_same_loopback(row->uri, uri)))
			continue;
		*out = sent ? uri : row->uri;
		*out_platform = row->platform;
		return REFUSAL_NONE;
	}
	return REFUSAL_REDIRECT_MISMATCH;
}

/* --- looking up --- */

static err load_client(struct web_call *call, struct authorization *a, enum refusal *out_refusal)
{
	struct uuid app_id = { { 0 } };

	*out_refusal = REFUSAL_UNKNOWN_CLIENT;
	if (failed(uuid_parse(a->request.client_id, &app_id)))
		return OK;
	err e = lookup_client(signin_of(call)->directory, &app_id, call->arena, &a->client);
	if (err_kind_of(e) == ERR_NOT_FOUND)
		return OK;
	TRY(e);
	if (!a->client.has_service_principal)
		return OK;
	*out_refusal = a->client.enabled ? REFUSAL_NONE : REFUSAL_DISABLED_CLIENT;
	return OK;
}

static bool has_permission(const struct resource *resource, str value)
{
	for (size_t i = 0; i < resource->scope_count; i++)
		if (str_equal(resource->scopes[i].value, value))
			return true;
	return false;
}

err resource_of_scope(struct web_call *call, const struct scope *scope, struct resource *out, enum refusal *out_refusal)
{
	str name = scope->resource.len ? scope->resource : S(DIRECTORY_RESOURCE_APP_ID);
	err e = lookup_resource(signin_of(call)->directory, name, call->arena, out);

	*out_refusal = REFUSAL_RESOURCE;
	if (err_kind_of(e) == ERR_NOT_FOUND)
		return OK;
	TRY(e);
	if (!out->enabled)
		return OK;
	for (size_t i = 0; i < scope->permission_count; i++)
		if (!has_permission(out, scope->permissions[i]))
			return OK;
	*out_refusal = REFUSAL_NONE;
	return OK;
}

static err load_rest(struct web_call *call, const struct url_params *params, struct authorization *a, enum refusal *out_refusal)
{
	*out_refusal = authorize_request_read(params, a->platform != PLATFORM_WEB, call->arena, &a->request);
	if (!*out_refusal)
		*out_refusal = scope_parse(a->request.scope, &a->scope);
	return *out_refusal ? OK : resource_of_scope(call, &a->scope, &a->resource, out_refusal);
}

err authorization_load(struct web_call *call, const struct transaction_state *t, struct authorization *out, enum refusal *out_refusal)
{
	struct url_params params = { 0 };

	*out = (struct authorization){ .transaction = *t };
	err e = url_params_parse(t->query, AUTHORIZE_PARAMETERS_MAX, call->arena, &params);
	*out_refusal = REFUSAL_BAD_QUERY;
	if (err_kind_of(e) == ERR_INVALID || t->query.len > TRANSACTION_QUERY_BYTES_MAX)
		return OK;
	TRY(e);
	*out_refusal = authorize_request_begin(&params, &out->request);
	if (*out_refusal)
		return OK;
	TRY(load_client(call, out, out_refusal));
	if (*out_refusal)
		return OK;
	*out_refusal = redirect_uri_choose(&out->client, out->request.has_redirect_uri, out->request.redirect_uri,
					   &out->redirect_uri, &out->platform);
	return *out_refusal ? OK : load_rest(call, &params, out, out_refusal);
}

/* --- answering --- */

enum { ANSWER_PARAMETERS_MAX = 6 };

struct answer {
	str names[ANSWER_PARAMETERS_MAX], values[ANSWER_PARAMETERS_MAX];
	size_t count;
};

static void add(struct answer *answer, str name, str value)
{
	answer->names[answer->count] = name;
	answer->values[answer->count++] = value;
}

static err send_redirect(struct web_call *call, const struct authorization *a, const struct answer *answer)
{
	bool fragment = a->request.mode == RESPONSE_FRAGMENT;
	char separator = fragment ? '#' : str_find_char(a->redirect_uri, '?', 0) == SIZE_MAX ? '?' : '&';
	struct buffer b = { 0 };

	buffer_init(&b, 32 * 1024);
	buffer_append_str(&b, a->redirect_uri);
	for (size_t i = 0; i < answer->count; i++) {
		buffer_append_char(&b, i ? '&' : separator);
		buffer_append_str(&b, answer->names[i]);
		buffer_append_char(&b, '=');
		url_encode_write(&b, answer->values[i]);
	}
	str location = b.failed ? (str){ 0 } : str_copy(call->arena, buffer_str(&b));
	buffer_release(&b);
	TRY_NEW(location.at);
	web_redirect(call, location);
	web_set_header(call, S("referrer-policy"), S("no-referrer"));
	web_no_store(call);
	return OK;
}

static err send_answer(struct web_call *call, const struct authorization *a, struct answer *answer)
{
	if (a->request.has_state)
		add(answer, S("state"), a->request.state);
	add(answer, S("iss"), signin_of(call)->directory->issuer);
	if (a->request.mode == RESPONSE_FORM_POST)
		return page_form_post(call, a->redirect_uri, answer->names, answer->values, answer->count);
	return send_redirect(call, a, answer);
}

err authorization_refuse(struct web_call *call, const struct authorization *a, enum refusal refusal)
{
	const struct refusal_row *row = refusal_row(refusal);
	struct answer answer = { 0 };
	str description = str_format(call->arena, "BWK%05d: %s", row->number, row->text);

	TRY_NEW(description.at);
	if (!a->redirect_uri.len)
		return page_error(call, refusal);
	add(&answer, S("error"), str_of(row->error));
	add(&answer, S("error_description"), description);
	return send_answer(call, a, &answer);
}

err authorization_answer(struct web_call *call, const struct authorization *a, str code, str client_info)
{
	struct answer answer = { 0 };

	add(&answer, S("code"), code);
	if (client_info.len)
		add(&answer, S("client_info"), client_info);
	return send_answer(call, a, &answer);
}
