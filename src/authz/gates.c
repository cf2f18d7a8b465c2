#include "authz/gates.h"

bool admission_requires(const struct admission *a, const struct uuid *plan)
{
	for (size_t i = 0; i < a->plan_count; i++)
		if (uuid_equal(&a->plans[i], plan))
			return true;
	return false;
}

static bool is_licensed(const struct admission *a, const struct person_facts *p)
{
	for (size_t i = 0; i < p->plan_count; i++)
		if (admission_requires(a, &p->plans[i]))
			return true;
	return false;
}

static void judge_licence(const struct admission *a, const struct person_facts *p, bool exempt, struct gates *g)
{
	if (exempt || a->plan_count == 0)
		return;
	g->bounded = is_licensed(a, p);
	g->administrative = !g->bounded && p->administers;
	if (!g->bounded && !g->administrative)
		g->licence = REASON_NO_LICENCE;
}

enum authz_reason account_judge(const struct person_facts *p, bool known_before)
{
	bool gone = !p->known && known_before;
	return gone || (p->known && !p->enabled) ? REASON_USER_DISABLED : REASON_NONE;
}

struct gates gates_judge(const struct admission *a, const struct person_facts *p, bool application, bool non_interactive)
{
	struct gates g = { REASON_NONE, REASON_NONE, false, false };
	judge_licence(a, p, p->known && (application || non_interactive), &g);
	if (!uuid_is_nil(&a->group) && !(p->known && application) && !p->administers && !p->in_group)
		g.group = REASON_ENVIRONMENT_GROUP;
	return g;
}
