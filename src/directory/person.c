#include "directory/person.h"

#include "directory/application.h"
#include "directory/lookup.h"
#include "directory/object.h"
#include "directory/permission.h"
#include "directory/sql_catalog.h"

/* Their holders administer every environment of the tenant. */
static const enum role_name administering[] = { ROLE_GLOBAL_ADMINISTRATOR, ROLE_POWER_PLATFORM_ADMINISTRATOR, ROLE_DYNAMICS_ADMINISTRATOR };

static err roles_tell(struct directory *d, const struct uuid *id, struct arena *arena, struct directory_answer *out)
{
	const struct uuid *roles;
	size_t count;

	TRY(lookup_directory_roles(d, id, arena, &roles, &count));
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < COUNT_OF(administering); k++) {
			struct uuid role = role_template_id(administering[k]);
			out->administers |= uuid_equal(&roles[i], &role);
		}
	}
	return OK;
}

static err plans_tell(struct directory *d, int64_t key, struct directory_answer *out)
{
	SCOPED(statement) s = { 0 };
	bool row = false;

	TRY(statement_open(d->store, &SQL_PERSON_PLANS, &s));
	TRY(bind_i64(&s, 1, key));
	for (;;) {
		TRY(statement_step(&s, &row));
		if (!row)
			return OK;
		if (out->plan_count == DIRECTORY_PLANS_MAX)
			FAIL(ERR_LIMIT, "more service plans than an answer holds");
		out->plans[out->plan_count++] = column_uuid(&s, 0);
	}
}

static err group_tells(struct directory *d, int64_t key, const struct uuid *group, struct directory_answer *out)
{
	SCOPED(statement) s = { 0 };
	bool row = false;

	if (uuid_is_nil(group))
		return OK;
	TRY(statement_open(d->store, &SQL_GROUP_HAS_MEMBER, &s));
	TRY(bind_uuid(&s, 1, group));
	TRY(bind_i64(&s, 2, key));
	TRY(statement_step(&s, &row));
	out->in_group = row && column_i64(&s, 0);
	return OK;
}

static err groups_tell(struct directory *d, int64_t key, struct directory_answer *out)
{
	SCOPED(statement) s = { 0 };
	bool row = false;

	TRY(statement_open(d->store, &SQL_PERSON_GROUPS, &s));
	TRY(bind_i64(&s, 1, key));
	for (;;) {
		TRY(statement_step(&s, &row));
		if (!row)
			return OK;
		if (out->group_count == DIRECTORY_GROUPS_MAX)
			FAIL(ERR_LIMIT, "more groups than an answer holds");
		out->groups[out->group_count++] = (struct directory_group){ column_uuid(&s, 0), (uint8_t)column_i64(&s, 1) };
	}
}

static void put_text(str text, char *to, size_t room, uint32_t *out_len)
{
	*out_len = (uint32_t)(text.len < room ? text.len : room);
	if (text.len)
		memcpy(to, text.at, *out_len);
}

static err person_find(struct directory *d, const struct directory_question *q, struct arena *arena, struct person *out)
{
	if (q->by == DIRECTORY_BY_ID)
		return lookup_person(d, &q->id, arena, out);
	if (q->by != DIRECTORY_BY_UPN || q->upn_len > sizeof q->upn)
		FAIL(ERR_INVALID, "a question about somebody without a name");
	return lookup_person_by_name(d, (str){ q->upn, q->upn_len }, arena, out);
}

static err person_tell(struct directory *d, const struct directory_question *q, struct arena *arena, struct directory_answer *out)
{
	struct person p;
	err e = person_find(d, q, arena, &p);

	if (err_kind_of(e) == ERR_NOT_FOUND)
		return OK;
	TRY(e);
	out->known = true;
	out->enabled = p.enabled;
	out->guest = p.guest;
	out->id = p.id;
	put_text(p.user_principal_name, out->upn, sizeof out->upn, &out->upn_len);
	put_text(p.display_name, out->name, sizeof out->name, &out->name_len);
	TRY(roles_tell(d, &p.id, arena, out));
	TRY(plans_tell(d, p.key, out));
	TRY(groups_tell(d, p.key, out));
	return group_tells(d, p.key, &q->group, out);
}

static err application_tell(struct directory *d, const struct directory_question *q, struct arena *arena, struct directory_answer *out)
{
	struct client c;
	err e = lookup_client(d, &q->id, arena, &c);

	if (err_kind_of(e) == ERR_NOT_FOUND)
		return OK;
	TRY(e);
	out->known = c.has_service_principal;
	out->enabled = c.enabled;
	put_text(c.display_name, out->name, sizeof out->name, &out->name_len);
	return OK;
}

void person_answer(struct directory *d, const struct directory_question *q, struct arena *arena, struct directory_answer *out)
{
	memset(out, 0, sizeof *out);
	err e = q->by == DIRECTORY_BY_APP_ID ? application_tell(d, q, arena, out) : person_tell(d, q, arena, out);
	if (failed(e))
		memset(out, 0, sizeof *out);
	out->kind = DIRECTORY_ANSWER;
	out->number = q->number;
	out->result = err_kind_of(e);
}

err person_epoch(struct directory *d, int64_t *out)
{
	SCOPED(statement) s = { 0 };
	bool row = false;

	TRY(statement_open(d->store, &SQL_PERSON_EPOCH_READ, &s));
	TRY(statement_step(&s, &row));
	if (!row)
		FAIL(ERR_CORRUPT, "the directory counts no changes of people");
	*out = column_i64(&s, 0);
	return OK;
}
