/* authz/licence_gates.c - the gates of a context, judged by what the directory says and kept until that may have changed. */
#include "authz/internal.h"

/* Of one of the plans that the environment asks for; where it asks for none, of any. */
static bool has_licence(const struct admission *a, const struct person_facts *p)
{
	bool any = a->plan_count == 0 && p->plan_count;
	for (size_t i = 0; i < p->plan_count && !any; i++)
		any = admission_requires(a, &p->plans[i]);
	return any;
}

static err licence_ask(struct authz *a, const struct uuid *id, bool *out)
{
	struct person_facts p;
	struct arena *arena = arena_new(PERSON_BYTES_MAX);
	if (!arena)
		FAIL(ERR_LIMIT, "no memory to ask about a person");
	err e = person_ask(a, id, false, arena, &p);
	*out = !failed(e) && has_licence(&a->admission, &p);
	arena_free(arena);
	return e;
}

static bool person_is_licensed(void *self, bytes id, int64_t *out)
{
	struct authz *a = self;
	struct uuid wanted;
	if (id.len != sizeof wanted)
		return false;
	memcpy(&wanted, id.at, sizeof wanted);
	struct licence_kept *kept = &a->licences[(wanted.b[14] << 8 | wanted.b[15]) % LICENCES_KEPT];
	if (kept->version != a->people_version || !uuid_equal(&kept->id, &wanted)) {
		bool licensed = false;
		if (failed(licence_ask(a, &wanted, &licensed)))
			return false;
		*kept = (struct licence_kept){ wanted, a->people_version, licensed };
	}
	*out = kept->licensed;
	return true;
}

err licence_function_add(struct authz *a)
{
	return store_add_function(a->store, "person_is_licensed", person_is_licensed, a);
}

static const uint16_t *bounds_of_plan(const struct snapshot *s, const struct uuid *plan)
{
	for (size_t i = 0; i < s->plan_count; i++)
		if (uuid_equal(&s->plans[i].plan, plan))
			return s->plans[i].rights;
	return NULL;
}

/* Bounds of several plans unite; a plan without a row bounds nothing. Only plans that the environment asks for count. */
static err licence_unite(struct authz *a, const struct snapshot *s, const struct person_facts *p, struct authz_context *ctx)
{
	if (!ctx->licence)
		ctx->licence = NEW_ARRAY(ctx->arena, uint16_t, ctx->table_count);
	TRY_NEW(ctx->licence);
	memset(ctx->licence, 0, ctx->table_count * sizeof *ctx->licence);
	for (size_t i = 0; i < p->plan_count; i++) {
		const uint16_t *bounds = bounds_of_plan(s, &p->plans[i]);
		if (!admission_requires(&a->admission, &p->plans[i]))
			continue;
		for (size_t t = 0; t < ctx->table_count; t++)
			ctx->licence[t] |= bounds && t < s->table_count ? bounds[t] : bounds ? 0 : BOUND_EVERYTHING;
	}
	return OK;
}

static err judge(struct authz *a, const struct snapshot *snapshot, struct authz_context *ctx, struct arena *arena)
{
	const struct principal_facts *f = &ctx->facts;
	struct person_facts person;
	TRY(person_ask(a, f->application ? &f->application_id : &f->object_id, f->application, arena, &person));
	struct gates g = gates_judge(&a->admission, &person, f->application, f->access_mode == ACCESS_NON_INTERACTIVE);
	ctx->kept.account = account_judge(&person, f->known && !f->application);
	ctx->facts.known = f->known || person.known;
	if (g.bounded)
		TRY(licence_unite(a, snapshot, &person, ctx));
	ctx->bounded = g.bounded;
	ctx->administrative = g.administrative;
	ctx->group_gate = g.group;
	ctx->kept.licence = g.licence;
	return OK;
}

static err judge_now(struct authz *a, const struct snapshot *snapshot, struct authz_context *ctx)
{
	struct arena *arena = arena_new(PERSON_BYTES_MAX);
	if (!arena)
		FAIL(ERR_LIMIT, "no memory to ask about a person");
	err e = judge(a, snapshot, ctx, arena);
	arena_free(arena);
	return e;
}

/* An environment that asks for no group and no licence goes on without the directory, with what was last known of the account. */
static void judge_silent(struct authz_context *ctx)
{
	if (ctx->kept.version == 0 && ctx->facts.access_lost)
		ctx->kept.account = REASON_USER_DISABLED;
}

err gates_renew(struct authz *a, const struct snapshot *snapshot, struct authz_context *ctx)
{
	bool gated = admission_asks(&a->admission);
	if (ctx->kept.version == a->people_version)
		return OK;
	ctx->bounded = ctx->administrative = false;
	ctx->group_gate = ctx->kept.licence = REASON_NONE;
	if (ctx->facts.type == PRINCIPAL_SYSTEMUSER && !ctx->facts.operator) {
		err e = a->people || gated ? judge_now(a, snapshot, ctx) : OK;
		if (failed(e) && (gated || err_kind_of(e) != ERR_UNAVAILABLE))
			return e;
		if (failed(e) || !a->people)
			judge_silent(ctx);
		if (failed(e))
			return OK; /* asked again at the next request */
	}
	ctx->kept.version = a->people_version;
	return OK;
}
