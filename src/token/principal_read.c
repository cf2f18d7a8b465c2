#include "token/principal_read.h"

static err read_uuid(const struct json *claims, str name, struct uuid *out)
{
	str text = { 0 };

	if (!json_member_is_str(claims, name, &text))
		FAIL(ERR_INVALID, "the token lacks an id");
	return uuid_parse(text, out);
}

static err read_str(const struct json *claims, str name, str *out)
{
	*out = S("");
	if (json_member(claims, name) && !json_member_is_str(claims, name, out))
		FAIL(ERR_INVALID, "a claim is not a string");
	return OK;
}

static err read_i64(const struct json *claims, str name, int64_t *out)
{
	*out = 0;
	if (json_member(claims, name) && !json_member_is_i64(claims, name, out))
		FAIL(ERR_INVALID, "a claim is not a whole number");
	return OK;
}

static err read_strings(const struct json *claims, str name, struct arena *arena, const str **out, size_t *out_count)
{
	const struct json *list = json_member(claims, name);
	size_t n = 0;

	if (!list)
		return OK;
	if (!json_is(list, JSON_ARRAY) || list->count > PRINCIPAL_LIST_MAX)
		FAIL(ERR_INVALID, "a claim is not a list, or too long a one");
	str *items = NEW_ARRAY(arena, str, list->count + 1);
	TRY_NEW(items);
	for (const struct json *item = list->first; item; item = item->next) {
		if (!json_is(item, JSON_STRING))
			FAIL(ERR_INVALID, "a claim's list holds something else than strings");
		items[n++] = item->text;
	}
	*out = items;
	*out_count = n;
	return OK;
}

static err read_uuids(const struct json *claims, str name, struct arena *arena, const struct uuid **out, size_t *out_count)
{
	const str *texts = NULL;
	size_t n = 0;

	TRY(read_strings(claims, name, arena, &texts, &n));
	struct uuid *items = NEW_ARRAY(arena, struct uuid, n + 1);
	TRY_NEW(items);
	for (size_t i = 0; i < n; i++)
		TRY(uuid_parse(texts[i], &items[i]));
	*out = items;
	*out_count = n;
	return OK;
}

static err read_kind(const struct json *claims, enum principal_kind *out)
{
	str text = { 0 };

	TRY(read_str(claims, S("idtyp"), &text));
	if (str_equal(text, S("app")))
		*out = PRINCIPAL_APP;
	else if (str_equal(text, S("user")))
		*out = PRINCIPAL_USER;
	else
		FAIL(ERR_INVALID, "the token does not say whether it is a person's");
	return OK;
}

err principal_read(const struct json *claims, struct arena *arena, const struct principal **out)
{
	struct principal *p = NEW(arena, struct principal);

	TRY_NEW(p);
	TRY(read_kind(claims, &p->kind));
	TRY(read_uuid(claims, S("tid"), &p->tenant));
	TRY(read_uuid(claims, S("oid"), &p->oid));
	TRY(read_uuid(claims, S("azp"), &p->app_id));
	TRY(read_str(claims, S("aud"), &p->audience));
	TRY(read_str(claims, S("sub"), &p->subject));
	TRY(read_str(claims, S("name"), &p->name));
	TRY(read_str(claims, S("preferred_username"), &p->upn));
	TRY(read_str(claims, S("scp"), &p->scopes));
	TRY(read_str(claims, S("sid"), &p->sid));
	TRY(read_str(claims, S("uti"), &p->uti));
	TRY(read_i64(claims, S("auth_time"), &p->auth_time));
	TRY(read_i64(claims, S("iat"), &p->issued_at));
	TRY(read_i64(claims, S("exp"), &p->expires_at));
	TRY(read_strings(claims, S("roles"), arena, &p->roles, &p->role_count));
	TRY(read_strings(claims, S("amr"), arena, &p->amr, &p->amr_count));
	TRY(read_uuids(claims, S("wids"), arena, &p->wids, &p->wid_count));
	TRY(read_uuids(claims, S("groups"), arena, &p->groups, &p->group_count));
	*out = p;
	return OK;
}
