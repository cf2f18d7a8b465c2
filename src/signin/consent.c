#include "signin/consent.h"

static bool is_in(str list, str word)
{
	str item = { 0 };

	while (str_split(&list, ' ', &item))
		if (item.len && str_equal(item, word))
			return true;
	return false;
}

static err append(struct arena *arena, str *list, str word)
{
	*list = list->len ? str_format(arena, "%.*s %.*s", STR_ARG(*list), STR_ARG(word)) : word;
	TRY_NEW(list->at);
	return OK;
}

static bool needs_no_consent(const struct client *client, const struct resource *resource, str value)
{
	return client->built_in || (resource->is_directory && str_equal(value, S("User.Read")));
}

static err judge(struct arena *arena, const struct client *client, const struct resource *resource,
		 const struct resource_scope *permission, str consented, struct consent *out)
{
	str sentence = permission->consent_name.len ? permission->consent_name : permission->value;

	if (out->sentence_count < COUNT_OF(out->sentences))
		out->sentences[out->sentence_count++] = sentence;
	if (is_in(consented, permission->value) || needs_no_consent(client, resource, permission->value))
		return append(arena, &out->granted, permission->value);
	out->admin_missing |= permission->admin_only;
	return append(arena, &out->missing, permission->value);
}

/* .default: what has been consented; nothing yet: what a person may consent to (identity 2.7). */
static bool is_asked_for(const struct scope *scope, const struct resource_scope *permission, str consented)
{
	if (scope->is_default)
		return consented.len ? is_in(consented, permission->value) : !permission->admin_only;
	for (size_t i = 0; i < scope->permission_count; i++)
		if (str_equal(scope->permissions[i], permission->value))
			return true;
	return false;
}

static const struct { enum scope_word word; const char *name, *sentence; bool needs_consent; } words[] = {
	{ SCOPE_OPENID, "openid", "Sign you in", false },
	{ SCOPE_PROFILE, "profile", "Read your name and user name", false },
	{ SCOPE_EMAIL, "email", "Read your e-mail address", false },
	{ SCOPE_OFFLINE_ACCESS, "offline_access", "Keep this access until you take it away", false },
	{ SCOPE_ADDRESS, "address", "Read your postal address", true },
	{ SCOPE_PHONE, "phone", "Read your telephone number", true },
};

/* OpenID Connect's own words are consented at the directory. */
static err judge_words(struct web_call *call, const struct client *client, const struct scope *scope,
		       const struct person *person, struct consent *out)
{
	struct directory *d = signin_of(call)->directory;
	struct resource directory = { 0 };
	str consented = S("");

	if (scope->words & (SCOPE_ADDRESS | SCOPE_PHONE)) {
		TRY(lookup_resource(d, S(DIRECTORY_RESOURCE_APP_ID), call->arena, &directory));
		TRY(lookup_granted_scopes(d, client->service_principal_key, person->key, directory.service_principal_key,
					  call->arena, &consented));
	}
	for (size_t i = 0; i < COUNT_OF(words); i++) {
		if (!(scope->words & words[i].word))
			continue;
		out->sentences[out->sentence_count++] = str_of(words[i].sentence);
		if (words[i].needs_consent && !client->built_in && !is_in(consented, str_of(words[i].name)))
			TRY(append(call->arena, &out->missing_words, str_of(words[i].name)));
	}
	return OK;
}

err consent_find(struct web_call *call, const struct client *client, const struct scope *scope, const struct resource *resource,
		 const struct person *person, struct consent *out)
{
	str consented = S("");

	*out = (struct consent){ .granted = S(""), .missing = S(""), .missing_words = S("") };
	TRY(judge_words(call, client, scope, person, out));
	if (!scope->permission_count && !scope->is_default)
		return OK;
	TRY(lookup_granted_scopes(signin_of(call)->directory, client->service_principal_key, person->key,
				  resource->service_principal_key, call->arena, &consented));
	for (size_t i = 0; i < resource->scope_count; i++)
		if (is_asked_for(scope, &resource->scopes[i], consented))
			TRY(judge(call->arena, client, resource, &resource->scopes[i], consented, out));
	return OK;
}
