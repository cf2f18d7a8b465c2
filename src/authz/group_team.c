#include "authz/group_team.h"

#include "authz/internal.h"
#include "authz/sql_catalog.h"

bool group_team_has(const struct group_team *t, const struct person_facts *p)
{
	bool wants_owner = t->membership == GROUP_OWNERS;
	bool fits = t->membership == GROUP_MEMBERS_AND_GUESTS || (t->membership == GROUP_GUESTS) == p->guest;
	for (size_t i = 0; fits && p->known && i < p->group_count; i++)
		if (p->groups[i].owner == wants_owner && uuid_equal(&p->groups[i].id, &t->group))
			return true;
	return false;
}

err group_teams_load(struct store *store, struct arena *arena, struct group_team **out, size_t *out_count)
{
	size_t room = 0;
	SCOPED(statement) s = { 0 };
	*out = NULL;
	*out_count = 0;
	TRY(sql_begin(store, &SQL_AUTHZ_GROUP_TEAMS, NO_ARGS, &s));
	for (bool row;;) {
		TRY(statement_step(&s, &row));
		if (!row)
			return OK;
		if (*out_count == room) {
			struct group_team *wider = NEW_ARRAY(arena, struct group_team, room ? room * 2 : 16);
			TRY_NEW(wider);
			if (room)
				memcpy(wider, *out, room * sizeof *wider);
			room = room ? room * 2 : 16;
			*out = wider;
		}
		(*out)[(*out_count)++] = (struct group_team){ column_i64(&s, 0), column_uuid(&s, 1), (enum group_membership)column_i64(&s, 2) };
	}
}

err user_object(struct store *store, int64_t key, struct uuid *out)
{
	SCOPED(statement) s = { 0 };
	bool row;
	TRY(sql_begin(store, &SQL_AUTHZ_PRINCIPAL, ARGS(arg_i64(key)), &s));
	TRY(statement_step(&s, &row));
	*out = (struct uuid){ { 0 } };
	if (row && !column_is_null(&s, 9))
		*out = column_uuid(&s, 9);
	return OK;
}

/* The stored teams come first in `list`, which has room for all. */
static err groups_join(struct authz *a, const struct snapshot *s, const struct uuid *object, int64_t *list, size_t *count)
{
	struct person_facts person;
	struct arena *arena = arena_new(PERSON_BYTES_MAX);
	if (!arena)
		FAIL(ERR_LIMIT, "no memory to ask about a person");
	err e = a->people ? person_ask(a, object, false, arena, &person) : ERR(ERR_UNAVAILABLE, "there is no directory to ask");
	for (size_t i = 0; !failed(e) && i < s->group_team_count; i++)
		if (group_team_has(&s->group_teams[i], &person))
			list[(*count)++] = s->group_teams[i].team;
	arena_free(arena);
	return err_kind_of(e) == ERR_UNAVAILABLE ? OK : e;
}

err teams_of_user(struct authz *a, const struct snapshot *s, int64_t user, int64_t unit, const struct uuid *object, struct arena *arena,
		  int64_t **out, size_t *out_count)
{
	int64_t *stored = NULL;
	TRY(sql_i64s(a->store, &SQL_AUTHZ_TEAMS_OF_USER, ARGS(arg_i64(user), arg_i64(unit)), arena, &stored, out_count));
	*out = stored;
	if (!s->group_team_count || uuid_is_nil(object))
		return OK;
	*out = NEW_ARRAY(arena, int64_t, *out_count + s->group_team_count);
	TRY_NEW(*out);
	if (*out_count)
		memcpy(*out, stored, *out_count * sizeof *stored);
	return groups_join(a, s, object, *out, out_count);
}
