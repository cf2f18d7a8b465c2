/* directory/application_rules.c - what an application registration may say. */
#include "codec/url.h"
#include "directory/application.h"

static bool is_loopback(str host)
{
	return str_equal_nocase(host, S("localhost")) || str_equal(host, S("127.0.0.1")) || str_equal(host, S("[::1]")) ||
	       str_equal(host, S("::1"));
}

static bool scheme_is_safe(str scheme)
{
	static const char *const refused[] = { "javascript", "data", "vbscript", "file", "about", "blob", "http", "https",
					       "ws", "wss", "ftp", "view-source" };

	for (size_t i = 0; i < COUNT_OF(refused); i++) {
		if (str_equal_nocase(scheme, str_of(refused[i])))
			return false;
	}
	return true;
}

err redirect_uri_check(str uri, enum redirect_platform platform)
{
	struct url url;

	if (!uri.len || uri.len > REDIRECT_URI_CHARS_MAX)
		FAIL(ERR_INVALID, "a redirect URI has 1 to 256 characters");
	TRY(url_parse(uri, &url));
	if (url.has_fragment || str_find_char(uri, '*', 0) != SIZE_MAX)
		FAIL(ERR_INVALID, "a redirect URI has no fragment and no wildcard");
	if (str_equal_nocase(url.scheme, S("https")))
		return OK;
	if (str_equal_nocase(url.scheme, S("http"))) {
		if (!is_loopback(url.host))
			FAIL(ERR_INVALID, "a redirect URI with http must be on a loopback host");
		return OK;
	}
	if (platform != PLATFORM_PUBLIC_CLIENT || !scheme_is_safe(url.scheme))
		FAIL(ERR_INVALID, "a redirect URI must be https, or http on a loopback host");
	return OK;
}

err identifier_uri_check(str uri)
{
	struct url url;

	if (!uri.len || uri.len > 255)
		FAIL(ERR_INVALID, "an identifier URI has 1 to 255 characters");
	TRY(url_parse(uri, &url));
	if (url.has_fragment || str_find_char(uri, '*', 0) != SIZE_MAX)
		FAIL(ERR_INVALID, "an identifier URI has no fragment and no wildcard");
	return OK;
}

static err check_list(const struct json *list, size_t count_max, err (*check)(str item))
{
	if (!json_is(list, JSON_ARRAY) || list->count > count_max)
		FAIL(ERR_INVALID, "a list of texts is expected, of bounded length");
	for (const struct json *i = list->first; i; i = i->next) {
		if (i->kind != JSON_STRING)
			FAIL(ERR_INVALID, "a list of texts is expected");
		TRY(check(i->text));
		for (const struct json *j = list->first; j != i; j = j->next) {
			if (str_equal(i->text, j->text))
				FAIL(ERR_INVALID, "a list names the same value twice");
		}
	}
	return OK;
}

static err web_uri(str uri)
{
	return redirect_uri_check(uri, PLATFORM_WEB);
}

static err native_uri(str uri)
{
	return redirect_uri_check(uri, PLATFORM_PUBLIC_CLIENT);
}

static err check_platform(const struct json *v, bool web, err (*uri)(str item))
{
	if (!json_is(v, JSON_OBJECT))
		FAIL(ERR_INVALID, "web, spa and publicClient are objects");
	for (const struct json *m = v->first; m; m = m->next) {
		if (str_equal(m->name, S("redirectUris")))
			TRY(check_list(m, REDIRECT_URIS_MAX, uri));
		else if (web && (str_equal(m->name, S("logoutUrl")) || str_equal(m->name, S("homePageUrl")))) {
			if (m->kind == JSON_STRING)
				TRY(web_uri(m->text));
			else if (m->kind != JSON_NULL)
				FAIL(ERR_INVALID, "logoutUrl and homePageUrl are texts");
		} else if (!(web && str_equal(m->name, S("implicitGrantSettings"))))
			FAIL(ERR_INVALID, "unknown member of web, spa or publicClient");
	}
	return OK;
}

static err check_web(const struct json *v)
{
	return check_platform(v, true, web_uri);
}

static err check_spa(const struct json *v)
{
	return check_platform(v, false, web_uri);
}

static err check_public_client(const struct json *v)
{
	return check_platform(v, false, native_uri);
}

static err check_identifier_uris(const struct json *v)
{
	return check_list(v, IDENTIFIER_URIS_MAX, identifier_uri_check);
}

/* A permission's name: what can stand between blanks in `scope` and in `roles`. */
static bool is_permission_value(str s)
{
	if (!s.len || s.len > 120 || s.at[0] == '.')
		return false;
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.at[i];
		if (c <= ' ' || c >= 0x7f || c == '"' || c == '\\')
			return false;
	}
	return true;
}

static err check_permission(const struct json *v, bool value_required)
{
	struct uuid id;
	str text = { 0 };

	if (!json_is(v, JSON_OBJECT))
		FAIL(ERR_INVALID, "a scope or role is an object");
	if (json_member(v, S("id")) && (!json_member_is_str(v, S("id"), &text) || failed(uuid_parse(text, &id))))
		FAIL(ERR_INVALID, "the id of a scope or role is a GUID");
	const struct json *value = json_member(v, S("value"));
	if (value_required || (value && value->kind != JSON_NULL)) {
		if (!json_is(value, JSON_STRING) || !is_permission_value(value->text))
			FAIL(ERR_INVALID, "the value of a scope or role is a word of at most 120 characters");
	}
	return OK;
}

static err check_api(const struct json *v)
{
	const struct json *scopes = json_member(v, S("oauth2PermissionScopes"));
	str type = { 0 };

	if (!json_is(v, JSON_OBJECT))
		FAIL(ERR_INVALID, "api is an object");
	if (!scopes)
		return OK;
	if (scopes->kind != JSON_ARRAY || scopes->count > APP_SCOPES_MAX)
		FAIL(ERR_INVALID, "oauth2PermissionScopes is a list of at most 200");
	for (const struct json *s = scopes->first; s; s = s->next) {
		TRY(check_permission(s, true));
		if (json_member(s, S("type")) && (!json_member_is_str(s, S("type"), &type) ||
						  (!str_equal(type, S("User")) && !str_equal(type, S("Admin")))))
			FAIL(ERR_INVALID, "the type of a scope is User or Admin");
	}
	return OK;
}

static err check_member_types(const struct json *types)
{
	if (!json_is(types, JSON_ARRAY) || !types->count)
		FAIL(ERR_INVALID, "allowedMemberTypes is a list of User and Application");
	for (const struct json *t = types->first; t; t = t->next) {
		if (t->kind != JSON_STRING || (!str_equal(t->text, S("User")) && !str_equal(t->text, S("Application"))))
			FAIL(ERR_INVALID, "allowedMemberTypes is a list of User and Application");
	}
	return OK;
}

static err check_roles(const struct json *v)
{
	if (!json_is(v, JSON_ARRAY) || v->count > APP_ROLES_MAX)
		FAIL(ERR_INVALID, "appRoles is a list of at most 200");
	for (const struct json *r = v->first; r; r = r->next) {
		TRY(check_permission(r, false));
		TRY(check_member_types(json_member(r, S("allowedMemberTypes"))));
	}
	return OK;
}

static err check_required_access(const struct json *v)
{
	struct uuid id;
	str text = { 0 };

	if (!json_is(v, JSON_ARRAY) || v->count > 50)
		FAIL(ERR_INVALID, "requiredResourceAccess is a list of at most 50");
	for (const struct json *r = v->first; r; r = r->next) {
		if (!json_member_is_str(r, S("resourceAppId"), &text) || failed(uuid_parse(text, &id)) ||
		    !json_is(json_member(r, S("resourceAccess")), JSON_ARRAY))
			FAIL(ERR_INVALID, "requiredResourceAccess has resourceAppId and resourceAccess");
	}
	return OK;
}

static err check_object(const struct json *v)
{
	if (!json_is(v, JSON_OBJECT))
		FAIL(ERR_INVALID, "optionalClaims is an object");
	return OK;
}

static const char *const bwk_members[] = {
	"profile", "tokenEndpointAuthMethod", "jwks", "jwksUri", "tlsClientAuthSubjectDn", "tlsClientAuthSanDns",
	"tlsClientAuthSanUri", "subjectType", "sectorIdentifierUri", "idTokenSignedResponseAlg", "userinfoSignedResponseAlg",
	"requestObjectSigningAlg", "requirePushedAuthorizationRequests", "dpopBoundAccessTokens", "postLogoutRedirectUris",
	"backchannelLogoutUri", "backchannelLogoutSessionRequired", "defaultMaxAge", "requireAuthTime", "hybrid",
	"tokenExchange", "deviceCode", "standaloneRefreshTokens",
};

static err check_bwk(const struct json *v)
{
	if (!json_is(v, JSON_OBJECT))
		FAIL(ERR_INVALID, "bwk is an object");
	for (const struct json *m = v->first; m; m = m->next) {
		bool known = false;
		for (size_t i = 0; i < COUNT_OF(bwk_members); i++)
			known = known || str_equal(m->name, str_of(bwk_members[i]));
		if (!known)
			FAIL(ERR_INVALID, "unknown member of bwk");
		if (str_ends_with(m->name, S("Alg")) && (m->kind != JSON_STRING || str_equal(m->text, S("none"))))
			FAIL(ERR_INVALID, "none is not a signing algorithm");
		if (str_equal(m->name, S("idTokenSignedResponseAlg")) && !str_equal(m->text, S("RS256")) &&
		    !str_equal(m->text, S("ES256")))
			FAIL(ERR_INVALID, "ID tokens are signed by RS256 or ES256");
	}
	const struct json *uris = json_member(v, S("postLogoutRedirectUris"));
	return uris ? check_list(uris, REDIRECT_URIS_MAX, native_uri) : OK;
}

static const struct {
	const char *name;
	enum application_json place;
	err (*check)(const struct json *v);
	bool nullable;
} members[] = {
	{ "web", APP_WEB, check_web, false },
	{ "spa", APP_SPA, check_spa, false },
	{ "publicClient", APP_PUBLIC_CLIENT, check_public_client, false },
	{ "identifierUris", APP_IDENTIFIER_URIS, check_identifier_uris, false },
	{ "api", APP_API, check_api, false },
	{ "appRoles", APP_ROLES, check_roles, false },
	{ "requiredResourceAccess", APP_REQUIRED_ACCESS, check_required_access, false },
	{ "optionalClaims", APP_OPTIONAL_CLAIMS, check_object, true },
	{ "bwk", APP_BWK, check_bwk, false },
};

static err apply_json(const struct json *m, struct arena *arena, struct application *a, bool *out_taken)
{
	*out_taken = false;
	for (size_t i = 0; i < COUNT_OF(members); i++) {
		if (!str_equal(m->name, str_of(members[i].name)))
			continue;
		*out_taken = true;
		if (members[i].nullable && m->kind == JSON_NULL) {
			a->json[members[i].place] = (str){ 0 };
			return OK;
		}
		TRY(members[i].check(m));
		a->json[members[i].place] = json_text_of(m, arena);
		TRY_NEW(a->json[members[i].place].at);
		return OK;
	}
	return OK;
}

static bool is_one_of(str s, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (str_equal(s, str_of(list[i])))
			return true;
	}
	return false;
}

static err apply_plain(const struct json *m, struct application *a)
{
	static const char *const audiences[] = { "AzureADMyOrg", "AzureADMultipleOrgs" };
	static const char *const claims[] = { "None", "SecurityGroup", "All", "ApplicationGroup" };

	if (str_equal(m->name, S("displayName")) && m->kind == JSON_STRING && m->text.len && m->text.len <= 256) {
		a->display_name = m->text;
	} else if (str_equal(m->name, S("signInAudience")) && m->kind == JSON_STRING) {
		if (!is_one_of(m->text, audiences, COUNT_OF(audiences)))
			FAIL(ERR_INVALID, "signInAudience is AzureADMyOrg or AzureADMultipleOrgs");
		a->sign_in_audience = m->text;
	} else if (str_equal(m->name, S("groupMembershipClaims"))) {
		if (m->kind != JSON_NULL && (m->kind != JSON_STRING || !is_one_of(m->text, claims, COUNT_OF(claims))))
			FAIL(ERR_INVALID, "groupMembershipClaims is None, SecurityGroup, All or ApplicationGroup");
		a->group_membership_claims = m->kind == JSON_NULL ? (str){ 0 } : m->text;
	} else if (str_equal(m->name, S("isFallbackPublicClient"))) {
		if (m->kind != JSON_TRUE && m->kind != JSON_FALSE && m->kind != JSON_NULL)
			FAIL(ERR_INVALID, "isFallbackPublicClient is true or false");
		a->fallback_public_client = m->kind == JSON_TRUE;
	} else if (!str_starts_with(m->name, S("@odata."))) {
		FAIL(ERR_INVALID, "the application has a member that is unknown, of a wrong type, or read-only");
	}
	return OK;
}

void application_init(struct application *a, const struct uuid *id, const struct uuid *app_id)
{
	*a = (struct application){ .id = *id, .app_id = *app_id, .sign_in_audience = S("AzureADMyOrg") };
	a->json[APP_WEB] = a->json[APP_SPA] = a->json[APP_PUBLIC_CLIENT] = S("{\"redirectUris\":[]}");
	a->json[APP_IDENTIFIER_URIS] = a->json[APP_ROLES] = a->json[APP_REQUIRED_ACCESS] = S("[]");
	a->json[APP_API] = S("{\"oauth2PermissionScopes\":[]}");
	a->json[APP_BWK] = S("{}");
}

err application_apply(const struct json *body, bool creating, struct arena *arena, struct application *a)
{
	struct application changed = *a;
	bool taken = false;

	if (body->kind != JSON_OBJECT)
		FAIL(ERR_INVALID, "the body is not an object");
	for (const struct json *m = body->first; m; m = m->next) {
		TRY(apply_json(m, arena, &changed, &taken));
		if (!taken)
			TRY(apply_plain(m, &changed));
	}
	if (creating && !changed.display_name.at)
		FAIL(ERR_INVALID, "displayName is required");
	*a = changed;
	return OK;
}
