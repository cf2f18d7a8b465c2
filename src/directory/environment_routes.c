/* directory/environment_routes.c - /environments: state, security group and required service plans of the tenant's environments
 * (authorization-and-data 4.11). Reads answer from the platform's facts; a change goes to the control worker. */
#include "codec/environment_json.h"
#include "directory/environment_change.h"
#include "directory/routes_internal.h"

static void write_environment(struct json_writer *w, const struct environment_fact *e)
{
	json_member_uuid(w, S("id"), &e->id);
	json_member_str(w, S("uniqueName"), e->unique_name);
	json_member_str(w, S("displayName"), e->display_name);
	environment_admission_members(w, str_of(environment_fact_states[e->state]), &e->security_group, e->plans, e->plan_count);
}

static err begin(struct web_call *call, const char *suffix, struct json_writer *out)
{
	str context = str_format(call->arena, "%.*s/v1.0/$metadata#environments%s", STR_ARG(directory_of(call)->origin), suffix);

	TRY_NEW(context.at);
	*out = web_begin_json(call, 200);
	web_no_store(call);
	web_set_header(call, S("request-id"), uuid_text(call->arena, &call->request.id));
	json_open_object(out);
	json_member_str(out, S("@odata.context"), context);
	return OK;
}

/* uniqueName eq 'e' is the one filter; *out_name is empty without one. */
static err filter_of(struct web_call *call, str *out_name)
{
	static const char head[] = "uniqueName eq '";
	struct url_params params;

	*out_name = S("");
	TRY(web_query(call, &params));
	for (size_t i = 0; i < params.count; i++) {
		str value = str_trim(params.items[i].value), rest = str_from(value, sizeof head - 1);
		if (!str_equal(params.items[i].name, S("$filter")) || !str_starts_with(value, S(head)) || rest.len < 2 ||
		    str_find_char(rest, '\'', 0) != rest.len - 1 || out_name->len)
			FAIL(ERR_INVALID, "only $filter=uniqueName eq '...' is supported here");
		*out_name = str_slice(rest, 0, rest.len - 1);
	}
	return OK;
}

err environments_list(struct web_call *call)
{
	const struct directory *d = directory_of(call);
	struct json_writer w;
	str name;
	err e = filter_of(call, &name);

	if (failed(e))
		return graph_refuse(call, 400, "Request_UnsupportedQuery", err_why(e));
	TRY(begin(call, "", &w));
	json_key(&w, S("value"));
	json_open_array(&w);
	for (size_t i = 0; i < d->environment_count; i++) {
		if (name.len && !str_equal(name, d->environments[i].unique_name))
			continue;
		json_open_object(&w);
		write_environment(&w, &d->environments[i]);
		json_close_object(&w);
	}
	json_close_array(&w);
	json_close_object(&w);
	return OK;
}

static err path_environment(struct web_call *call, const struct environment_fact **out)
{
	const struct directory *d = directory_of(call);
	struct uuid id;

	TRY(path_id(call, 0, &id));
	for (size_t i = 0; i < d->environment_count; i++) {
		*out = &d->environments[i];
		if (uuid_equal(&(*out)->id, &id))
			return OK;
	}
	FAIL(ERR_NOT_FOUND, "the tenant has no such environment");
}

static err environments_answer(struct web_call *call)
{
	const struct environment_fact *e = NULL;
	struct json_writer w;

	TRY(path_environment(call, &e));
	TRY(begin(call, "/$entity", &w));
	write_environment(&w, e);
	json_close_object(&w);
	return OK;
}

err environments_read(struct web_call *call)
{
	if (call->request.query.len)
		return graph_refuse(call, 400, "Request_UnsupportedQuery", "Query options are not supported here.");
	return environments_answer(call);
}

/* --- changing --- */

static err apply_state(const struct json *m, struct environment_change *c)
{
	for (uint32_t i = 1; m->kind == JSON_STRING && i < ENVIRONMENT_FACT_STATES; i++) {
		if (str_equal(m->text, str_of(environment_fact_states[i]))) {
			c->state = i;
			return OK;
		}
	}
	FAIL(ERR_INVALID, "state is ready, administration or disabled");
}

static err apply_group(struct web_call *call, const struct json *m, struct environment_change *c)
{
	enum object_kind kind = OBJECT_USER;
	int64_t key = 0;

	c->group = (struct uuid){ 0 };
	if (m->kind == JSON_NULL)
		return OK;
	if (m->kind != JSON_STRING || failed(uuid_parse(m->text, &c->group)))
		FAIL(ERR_INVALID, "securityGroupId is null or a group's id");
	err e = object_find(directory_of(call)->store, &c->group, &key, &kind);
	if (err_kind_of(e) == ERR_NOT_FOUND || (!failed(e) && kind != OBJECT_GROUP))
		FAIL(ERR_INVALID, "securityGroupId names no group of the tenant");
	return e;
}

static err apply_plans(const struct json *m, struct environment_change *c)
{
	if (m->kind != JSON_ARRAY || m->count > CHANGE_PLANS_MAX)
		FAIL(ERR_INVALID, "requiredServicePlanIds is a list of at most 20 ids");
	c->plan_count = 0;
	for (const struct json *p = m->first; p; p = p->next) {
		struct uuid *id = &c->plans[c->plan_count];
		if (p->kind != JSON_STRING || failed(uuid_parse(p->text, id)) || uuid_is_nil(id))
			FAIL(ERR_INVALID, "requiredServicePlanIds holds what is no id");
		for (uint32_t i = 0; i < c->plan_count; i++)
			if (uuid_equal(&c->plans[i], id))
				FAIL(ERR_INVALID, "requiredServicePlanIds names a plan twice");
		c->plan_count++;
	}
	return OK;
}

/* What cannot be changed may be sent back as it was read. */
static err apply_fixed(const struct json *m, const struct environment_fact *e)
{
	struct uuid id;
	bool same = m->kind == JSON_STRING &&
		    ((str_equal(m->name, S("id")) && !failed(uuid_parse(m->text, &id)) && uuid_equal(&id, &e->id)) ||
		     (str_equal(m->name, S("uniqueName")) && str_equal(m->text, e->unique_name)) ||
		     (str_equal(m->name, S("displayName")) && str_equal(m->text, e->display_name)));

	if (!same)
		FAIL(ERR_INVALID, "a member of the environment is unknown or cannot be changed");
	return OK;
}

static err apply(struct web_call *call, const struct json *body, const struct environment_fact *e, struct environment_change *c)
{
	*c = (struct environment_change){ .environment = e->id, .state = e->state, .group = e->security_group,
					  .plan_count = (uint32_t)e->plan_count };
	memcpy(c->plans, e->plans, e->plan_count * sizeof *c->plans);
	for (const struct json *m = body->first; m; m = m->next) {
		if (str_equal(m->name, S("state")))
			TRY(apply_state(m, c));
		else if (str_equal(m->name, S("securityGroupId")))
			TRY(apply_group(call, m, c));
		else if (str_equal(m->name, S("requiredServicePlanIds")))
			TRY(apply_plans(m, c));
		else if (!str_starts_with(m->name, S("@odata.")))
			TRY(apply_fixed(m, e));
	}
	return OK;
}

/* The tenant's log says what came of it. */
static err audit(struct web_call *call, const struct environment_fact *e, str changes, err outcome)
{
	struct store *store = directory_of(call)->store;
	SCOPED(transaction) tx = { 0 };
	struct audit_event event;

	directory_event_begin(call, &event);
	event.op = S("update.environment");
	event.target_type = S("environment");
	event.target_id = uuid_text(call->arena, &e->id);
	event.target_name = e->unique_name;
	event.changes = changes;
	if (failed(outcome)) {
		event.result = AUDIT_FAILURE;
		event.reason = str_of(err_why(outcome));
	}
	TRY(transaction_begin(store, &tx));
	TRY(audit_emit(store, call->now, &event));
	return transaction_commit(&tx);
}

err environments_settled(struct web_call *call, str changes, err outcome)
{
	const struct environment_fact *e = NULL;

	TRY(path_environment(call, &e));
	TRY(audit(call, e, changes, outcome));
	return failed(outcome) ? outcome : environments_answer(call);
}

err environments_update(struct web_call *call)
{
	const struct environment_fact *e = NULL;
	const struct json *body = NULL;
	struct environment_change change;
	bool answered = false;

	TRY(graph_body(call, &body, &answered));
	if (answered)
		return OK;
	TRY(path_environment(call, &e));
	TRY(apply(call, body, e, &change));
	str changes = json_text_of(body, call->arena);
	TRY_NEW(changes.at);
	return environment_change_ask(directory_of(call)->changes, call, changes, &change);
}
