/* authz/person.c - questions to the directory, and names that it has told. */
#include "authz/internal.h"

err person_ask(struct authz *a, const struct uuid *id, bool application, struct arena *arena, struct person_facts *out)
{
	*out = (struct person_facts){ .known = false };
	if (uuid_is_nil(id))
		return OK;
	if (!a->people)
		FAIL(ERR_UNAVAILABLE, "there is no directory to ask");
	struct person_wish wish = { .by = application ? PERSON_BY_APPLICATION : PERSON_BY_ID, .id = *id, .group = a->admission.group };
	return a->people->ask(a->people->self, &wish, arena, out);
}

static err name_ask(struct authz *a, str upn, struct uuid *out)
{
	struct person_facts p = { .known = false };
	struct person_wish wish = { .by = PERSON_BY_UPN, .upn = upn };
	struct arena *arena = arena_new(PERSON_BYTES_MAX);
	if (!arena)
		FAIL(ERR_LIMIT, "no memory to ask about a person");
	err e = a->people->ask(a->people->self, &wish, arena, &p);
	*out = p.known ? p.id : (struct uuid){ { 0 } };
	arena_free(arena);
	return e;
}

err authz_object_by_upn(struct authz *a, str upn, struct uuid *out)
{
	unsigned sum = 0;
	*out = (struct uuid){ { 0 } };
	if (!a->people)
		FAIL(ERR_UNAVAILABLE, "there is no directory to ask");
	if (upn.len == 0 || upn.len > NAME_KEPT_BYTES)
		return OK; /* longer than any name of a person */
	for (size_t i = 0; i < upn.len; i++)
		sum = sum * 31 + (unsigned char)upn.at[i];
	struct name_kept *kept = &a->names[sum % NAMES_KEPT];
	if (kept->version != a->people_version || !str_equal((str){ kept->upn, kept->len }, upn)) {
		struct uuid object;
		TRY(name_ask(a, upn, &object));
		*kept = (struct name_kept){ .version = a->people_version, .object = object, .len = upn.len };
		memcpy(kept->upn, upn.at, upn.len);
	}
	*out = kept->object;
	return OK;
}
