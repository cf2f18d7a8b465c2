/* authz/admission.c - from a verified token to a user of this environment (5.1, steps 1 and 2; 4.11 Users). */
#include "authz/internal.h"
#include "authz/sql_catalog.h"
#include "host/random.h"

/* Directory roles whose holders administer every environment: Global, Power Platform, Dynamics 365 Administrator. */
static const char *const administrator_wids[] = { "62e90394-69f5-4237-9190-012177145e10", "11648597-926c-4cf3-9c36-bcebb0ba8dcc",
						  "44367163-eba1-44c3-98af-f5787879f96a" };

static bool administers_environments(const struct principal *token)
{
	struct uuid wid;
	for (size_t i = 0; i < COUNT_OF(administrator_wids); i++)
		if (!failed(uuid_parse(str_of(administrator_wids[i]), &wid)) && principal_has_wid(token, &wid))
			return true;
	return false;
}

static err emit_created(struct authz *a, const struct audit_event *audit, struct instant now, const struct new_user *u, bool admin)
{
	char id[UUID_TEXT_LEN + 1];
	struct audit_event e = *audit;
	uuid_format(&u->id, id);
	e.category = AUDIT_AUTHZ;
	e.op = S("create.systemuser");
	e.result = AUDIT_SUCCESS;
	e.severity = 5;
	e.target_type = e.target_table = S("systemuser");
	e.target_id = str_of(id);
	e.target_name = u->full_name;
	e.changes = admin ? S("{\"arrival\":\"first access\",\"role\":\"System Administrator\"}") : S("{\"arrival\":\"first access\"}");
	return audit_emit(a->store, now, &e);
}

struct arrival {
	const struct uuid *object;
	str upn, name;
	bool administers;
	struct instant now;
	const struct audit_event *audit;
};

static err arrival_write(struct authz *a, const struct arrival *of, int64_t *out_key)
{
	struct new_user u = { .id = random_uuid_v7(), .object_id = of->object, .unit = a->root_unit, .domain_name = of->upn,
			      .full_name = of->name.len ? of->name : of->upn };
	int64_t role;
	if (!u.full_name.at)
		u.full_name = S("");
	TRY(insert_user(a->store, &u, out_key));
	TRY(sql_run(a->store, &SQL_AUTHZ_USER_KNOWN, ARGS(arg_i64(*out_key))));
	if (of->administers) {
		TRY(sql_i64(a->store, &SQL_AUTHZ_ROLE_BY_KIND, ARGS(arg_i64(ROLE_ADMINISTRATOR)), &role));
		TRY(sql_run(a->store, &SQL_AUTHZ_PRINCIPAL_ROLE_INSERT,
			    ARGS(arg_i64(*out_key), arg_i64(role), arg_i64(a->root_unit))));
	}
	TRY(emit_created(a, of->audit, of->now, &u, of->administers));
	return authz_epoch_bump(a);
}

/* Somebody of this tenant appears for the first time: a user in the root unit, without a role unless an administrator. Inside a change of the
 * caller's, part of it. */
static err user_arrive(struct authz *a, const struct arrival *of, int64_t *out_key)
{
	SCOPED(transaction) tx = { 0 };
	if (store_in_transaction(a->store))
		return arrival_write(a, of, out_key);
	TRY(transaction_begin(a->store, &tx));
	TRY(arrival_write(a, of, out_key));
	return transaction_commit(&tx);
}

static err user_find(struct authz *a, const struct principal *token, int64_t *out_key)
{
	if (token->kind == PRINCIPAL_APP)
		return sql_i64(a->store, &SQL_AUTHZ_USER_BY_APPLICATION, ARGS(arg_uuid(&token->app_id)), out_key);
	return sql_i64(a->store, &SQL_AUTHZ_USER_BY_OBJECT, ARGS(arg_uuid(&token->oid)), out_key);
}

/* Who has no row yet may not learn more of a closed environment than that it is closed. */
static bool arrival_is_closed(const struct authz *a, const struct principal *token)
{
	return a->state == ENVIRONMENT_DISABLED || (a->state == ENVIRONMENT_ADMINISTRATION && !administers_environments(token));
}

/* Nobody who is not admitted leaves a row behind. */
static void arrival_gate(const struct authz *a, const struct person_facts *p, enum authz_reason *out)
{
	struct gates g = gates_judge(&a->admission, p, false, false);
	*out = account_judge(p, true);
	if (*out == REASON_NONE)
		*out = g.licence != REASON_NONE ? g.licence : g.group;
}

static err token_arrive(struct authz *a, const struct principal *token, struct instant now, const struct audit_event *audit, int64_t *out_key,
			enum authz_reason *out_reason)
{
	struct person_facts p;
	*out_reason = REASON_NONE;
	struct arena *arena = arena_new(PERSON_BYTES_MAX);
	if (!arena)
		FAIL(ERR_LIMIT, "no memory to ask about a person");
	err e = person_ask(a, &token->oid, false, arena, &p);
	if (!failed(e))
		arrival_gate(a, &p, out_reason);
	arena_free(arena);
	if (failed(e) && (admission_asks(&a->admission) || err_kind_of(e) != ERR_UNAVAILABLE))
		return e; /* without group and licence a valid token is enough */
	if (*out_reason != REASON_NONE)
		return OK;
	struct arrival of = { &token->oid, token->upn, token->name, administers_environments(token), now, audit };
	return user_arrive(a, &of, out_key);
}

static err settle(struct authz *a, int64_t user, struct authz_context **out, enum authz_reason *out_reason)
{
	struct authz_context *ctx = NULL;
	TRY(authz_context_of(a, user, &ctx));
	*out = ctx;
	*out_reason = context_refused(ctx);
	return OK;
}

err authz_admit(struct authz *a, const struct principal *token, struct instant now, const struct audit_event *audit,
		struct authz_context **out, enum authz_reason *out_reason)
{
	int64_t user;
	*out_reason = REASON_TENANT;
	if (!uuid_equal(&token->tenant, &a->tenant))
		return OK;
	err e = user_find(a, token, &user);
	if (err_kind_of(e) == ERR_NOT_FOUND) {
		if (arrival_is_closed(a, token)) {
			*out_reason = REASON_ENVIRONMENT;
			return OK;
		}
		if (token->kind != PRINCIPAL_USER)
			return OK; /* an application needs a row made by an administrator */
		e = token_arrive(a, token, now, audit, &user, out_reason);
		if (!failed(e) && *out_reason != REASON_NONE)
			return OK;
	}
	TRY(e);
	return settle(a, user, out, out_reason);
}

/* Who has no row and is known to the directory. */
static err object_arrive(struct authz *a, const struct uuid *object, struct instant now, const struct audit_event *audit, struct arena *arena,
			 int64_t *out_key, enum authz_reason *out_reason)
{
	struct person_facts p;
	TRY(person_ask(a, object, false, arena, &p));
	if (!p.known)
		FAIL(ERR_NOT_FOUND, "no such person");
	if (a->state == ENVIRONMENT_DISABLED || (a->state == ENVIRONMENT_ADMINISTRATION && !p.administers))
		*out_reason = REASON_ENVIRONMENT;
	else
		arrival_gate(a, &p, out_reason);
	if (*out_reason != REASON_NONE)
		FAIL(ERR_NOT_FOUND, "a person who is not admitted");
	struct arrival of = { object, p.upn, p.name, p.administers, now, audit };
	return user_arrive(a, &of, out_key);
}

err authz_user_by_object(struct authz *a, const struct uuid *object, struct instant now, const struct audit_event *audit, int64_t *out_key,
			 enum authz_reason *out_reason)
{
	err e = authz_user_find(a, object, true, out_key);
	*out_reason = REASON_NONE;
	if (err_kind_of(e) != ERR_NOT_FOUND)
		return e;
	struct arena *arena = arena_new(PERSON_BYTES_MAX);
	if (!arena)
		FAIL(ERR_LIMIT, "no memory to ask about a person");
	e = a->people ? object_arrive(a, object, now, audit, arena, out_key, out_reason) : ERR(ERR_NOT_FOUND, "nobody to ask");
	arena_free(arena);
	if (err_kind_of(e) == ERR_NOT_FOUND && *out_reason == REASON_NONE)
		*out_reason = REASON_TENANT;
	return e;
}

err authz_admit_operator(struct authz *a, struct authz_context **out)
{
	TRY(authz_context_of(a, a->operator_user, out));
	(*out)->gate = (*out)->group_gate = REASON_NONE; /* who holds the host may repair a closed environment */
	return OK;
}
