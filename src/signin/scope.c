#include "signin/scope.h"

static const struct { const char *name; enum scope_word word; } words[] = {
	{ "openid", SCOPE_OPENID }, { "profile", SCOPE_PROFILE }, { "email", SCOPE_EMAIL },
	{ "offline_access", SCOPE_OFFLINE_ACCESS }, { "address", SCOPE_ADDRESS }, { "phone", SCOPE_PHONE },
};

static unsigned word_of(str item)
{
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (str_equal(item, str_of(words[i].name)))
			return words[i].word;
	return 0;
}

/* scope-token of RFC 6749: printable ASCII without '"' and '\'. */
static bool is_token(str item)
{
	for (size_t i = 0; i < item.len; i++)
		if (item.at[i] <= ' ' || item.at[i] > '~' || item.at[i] == '"' || item.at[i] == '\\')
			return false;
	return item.len > 0;
}

/* Where the resource ends and the permission begins: at the last '/'. */
static size_t last_slash(str item)
{
	for (size_t i = item.len; i; i--)
		if (item.at[i - 1] == '/')
			return i - 1;
	return SIZE_MAX;
}

static enum refusal add_permission(struct scope *s, str resource, str permission)
{
	bool named = resource.len > 0;
	while (resource.len && resource.at[resource.len - 1] == '/')
		resource.len--; /* "https://host//User.Read": the identifier ends in a slash, as the vendor's clients write it */
	if (named && resource.len == 0)
		return REFUSAL_RESOURCE; /* slashes alone name nothing */
	if ((s->permission_count || s->is_default) && !str_equal(s->resource, resource))
		return REFUSAL_TWO_RESOURCES;
	s->resource = resource;
	if (str_equal(permission, S(".default"))) {
		s->is_default = true;
		return REFUSAL_NONE;
	}
	for (size_t i = 0; i < s->permission_count; i++)
		if (str_equal(s->permissions[i], permission))
			return REFUSAL_NONE;
	if (s->permission_count == SCOPE_PERMISSIONS_MAX)
		return REFUSAL_SCOPE;
	s->permissions[s->permission_count++] = permission;
	return REFUSAL_NONE;
}

enum refusal scope_parse(str text, struct scope *out)
{
	struct scope s = { 0 };
	str item = { 0 };
	enum refusal refusal = REFUSAL_NONE;

	while (!refusal && str_split(&text, ' ', &item)) {
		if (!item.len)
			continue;
		if (!is_token(item))
			return REFUSAL_SCOPE;
		unsigned word = word_of(item);
		size_t slash = last_slash(item);
		if (word)
			s.words |= word;
		else if (slash != SIZE_MAX && slash > 0 && slash + 1 < item.len)
			refusal = add_permission(&s, str_slice(item, 0, slash), str_from(item, slash + 1));
		else if (slash != SIZE_MAX)
			refusal = REFUSAL_RESOURCE;
		else if (str_find_char(item, '.', 0) != SIZE_MAX)
			refusal = add_permission(&s, S(""), item);
	}
	if (refusal)
		return refusal;
	if (!s.words && !s.permission_count && !s.is_default)
		return REFUSAL_SCOPE;
	*out = s;
	return REFUSAL_NONE;
}

str scope_text(const struct scope *scope, bool with_words, struct arena *arena)
{
	str text = S("");

	for (size_t i = 0; with_words && i < COUNT_OF(words) && text.at; i++)
		if (scope->words & words[i].word)
			text = str_format(arena, "%.*s%s%s", STR_ARG(text), text.len ? " " : "", words[i].name);
	for (size_t i = 0; i < scope->permission_count && text.at; i++)
		text = with_words && scope->resource.len ?
			str_format(arena, "%.*s%s%.*s/%.*s", STR_ARG(text), text.len ? " " : "", STR_ARG(scope->resource),
				   STR_ARG(scope->permissions[i])) :
			str_format(arena, "%.*s%s%.*s", STR_ARG(text), text.len ? " " : "", STR_ARG(scope->permissions[i]));
	return text;
}

bool scope_covers(const struct scope *outer, const struct scope *inner)
{
	bool asks = inner->permission_count || inner->is_default;

	if (inner->words & ~outer->words)
		return false;
	if (asks && !str_equal(inner->resource, outer->resource))
		return false;
	if (outer->is_default && asks)
		return true;
	if (inner->is_default)
		return outer->permission_count > 0;
	for (size_t i = 0; i < inner->permission_count; i++) {
		bool found = false;
		for (size_t j = 0; j < outer->permission_count; j++)
			found |= str_equal(inner->permissions[i], outer->permissions[j]);
		if (!found)
			return false;
	}
	return true;
}
