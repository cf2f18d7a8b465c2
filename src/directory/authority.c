#include "directory/authority.h"

#include "directory/application.h"
#include "directory/graph.h"
#include "directory/permission.h"
#include "directory/user.h"
#include "token/verify.h"

const struct caller *caller_of(const struct web_call *call)
{
	return call->caller;
}

static bool holds(const struct caller *c, enum role_name name)
{
	struct uuid id = role_template_id(name);

	for (size_t i = 0; i < c->role_count; i++) {
		if (uuid_equal(&c->roles[i], &id))
			return true;
	}
	return false;
}

static const struct {
	enum subject subject;
	enum role_name role;
} covers[] = {
	{ SUBJECT_USERS, ROLE_USER_ADMINISTRATOR },
	{ SUBJECT_GROUPS, ROLE_USER_ADMINISTRATOR },
	{ SUBJECT_GROUPS, ROLE_GROUPS_ADMINISTRATOR },
	{ SUBJECT_APPLICATIONS, ROLE_APPLICATION_ADMINISTRATOR },
	{ SUBJECT_APPLICATIONS, ROLE_CLOUD_APPLICATION_ADMINISTRATOR },
	{ SUBJECT_LICENCES, ROLE_LICENSE_ADMINISTRATOR },
	{ SUBJECT_LICENCES, ROLE_USER_ADMINISTRATOR },
	{ SUBJECT_ENVIRONMENTS, ROLE_POWER_PLATFORM_ADMINISTRATOR },
	{ SUBJECT_ENVIRONMENTS, ROLE_DYNAMICS_ADMINISTRATOR },
	{ SUBJECT_ROLES, ROLE_PRIVILEGED_ROLE_ADMINISTRATOR },
};

static bool role_covers(const struct caller *c, enum subject subject)
{
	if (subject == SUBJECT_SELF || subject == SUBJECT_OPERATOR)
		return false;
	if (subject == SUBJECT_READ || holds(c, ROLE_GLOBAL_ADMINISTRATOR))
		return true;
	for (size_t i = 0; i < COUNT_OF(covers); i++) {
		if (covers[i].subject == subject && holds(c, covers[i].role))
			return true;
	}
	return false;
}

static bool has_any(const struct principal *p, const char *names)
{
	str rest = str_of(names), name = { 0 };

	while (str_split(&rest, ' ', &name)) {
		if (p->kind == PRINCIPAL_APP ? principal_has_role(p, name) : principal_has_scope(p, name))
			return true;
	}
	return false;
}

/* An application that holds a directory role administers environments by it, as a person would. */
static bool app_administers(const struct caller *c, enum subject subject)
{
	return subject == SUBJECT_ENVIRONMENTS && role_covers(c, subject);
}

static bool is_allowed(const struct directory_route *route, const struct caller *c)
{
	if (c->is_operator)
		return route->subject != SUBJECT_SELF;
	if (c->is_app)
		return route->subject != SUBJECT_SELF && (has_any(c->principal, route->permissions) || app_administers(c, route->subject));
	if (c->is_self && route->self_permissions && has_any(c->principal, route->self_permissions))
		return true;
	return has_any(c->principal, route->permissions) && role_covers(c, route->subject);
}

bool authority_covers(const struct web_call *call)
{
	const struct caller *c = caller_of(call);
	const struct directory_route *route = directory_route_of(call->route, call->request.method);

	return c->is_operator || (has_any(c->principal, route->permissions) && (c->is_app || role_covers(c, route->subject)));
}

bool caller_manages_roles(const struct web_call *call)
{
	const struct caller *c = caller_of(call);

	if (c->is_operator)
		return true;
	if (!has_any(c->principal, "RoleManagement.ReadWrite.Directory") &&
	    (c->is_app || !has_any(c->principal, "Directory.AccessAsUser.All User.ReadWrite.All Directory.ReadWrite.All")))
		return false;
	return c->is_app || role_covers(c, SUBJECT_ROLES);
}

/* --- who --- */

static err enter_person(struct directory *d, struct web_call *call, struct caller *c, bool *out_good)
{
	struct user u;
	err e = user_by_id(d->store, &c->oid, call->arena, &u);

	*out_good = false;
	if (err_kind_of(e) == ERR_NOT_FOUND)
		return OK;
	TRY(e);
	int64_t since_s = c->principal->auth_time ? c->principal->auth_time : c->principal->issued_at;
	if (!u.enabled || since_s < u.sessions_valid_from.ms / 1000)
		return OK;
	c->name = u.text[USER_PRINCIPAL_NAME];
	TRY(lookup_directory_roles(d, &c->oid, call->arena, &c->roles, &c->role_count));
	*out_good = true;
	return OK;
}

static err enter_app(struct directory *d, struct web_call *call, struct caller *c, bool *out_good)
{
	struct application a;
	err e = application_by_principal(d->store, &c->oid, call->arena, &a);

	*out_good = false;
	if (err_kind_of(e) == ERR_NOT_FOUND)
		return OK;
	TRY(e);
	c->name = a.display_name;
	TRY(lookup_directory_roles(d, &c->oid, call->arena, &c->roles, &c->role_count));
	*out_good = a.service_principal_enabled;
	return OK;
}

static err enter_public(struct directory *d, struct web_call *call, struct caller *c, bool *out_good)
{
	str raw = { 0 };

	*out_good = false;
	if (!web_bearer(&call->request, &raw))
		return OK;
	err e = token_verify(d->verifier, raw, call->now, call->arena, &c->principal);
	if (err_kind_of(e) == ERR_INVALID || err_kind_of(e) == ERR_LIMIT)
		return OK;
	TRY(e);
	if (!uuid_equal(&c->principal->tenant, &d->tenant))
		return OK;
	c->is_app = c->principal->kind == PRINCIPAL_APP;
	c->oid = c->principal->oid;
	return c->is_app ? enter_app(d, call, c, out_good) : enter_person(d, call, c, out_good);
}

static bool path_names(const struct web_call *call, const struct caller *c)
{
	struct uuid id;

	if (c->is_operator || c->is_app)
		return false;
	if (str_starts_with(str_of(call->route), S("/me")))
		return true;
	if (!str_starts_with(str_of(call->route), S("/users/{}")) || !call->path_arg_count)
		return false;
	if (failed(uuid_parse(call->path_args[0], &id)))
		return str_equal_nocase(call->path_args[0], c->name);
	return uuid_equal(&id, &c->oid);
}

/* A refusal is worth an event: somebody with a valid token tried what they may not. */
static err refuse(struct web_call *call, bool *out_answered)
{
	struct directory *d = directory_of(call);
	SCOPED(transaction) tx = { 0 };
	struct audit_event event;

	*out_answered = true;
	TRY(transaction_begin(d->store, &tx));
	directory_event_begin(call, &event);
	event.op = S("refuse.request");
	event.result = AUDIT_DENIED;
	event.reason = S("no_access");
	event.severity = AUDIT_WARNING;
	event.status = 403;
	TRY(audit_emit(d->store, call->now, &event));
	TRY(transaction_commit(&tx));
	return graph_refuse(call, 403, NULL, "Insufficient privileges to complete the operation.");
}

err authority_enter(struct web_call *call, bool *out_answered)
{
	struct directory *d = directory_of(call);
	struct caller *c = NEW(call->arena, struct caller);
	const struct directory_route *route = directory_route_of(call->route, call->request.method);
	bool good = false;

	TRY_NEW(c);
	call->caller = c;
	if (call->request.lane == WEB_LANE_OPERATOR)
		c->is_operator = good = true;
	else
		TRY(enter_public(d, call, c, &good));
	if (!good) {
		*out_answered = true;
		return graph_refuse(call, 401, NULL, "Access token is missing, invalid or expired.");
	}
	c->is_self = path_names(call, c);
	if (!is_allowed(route, c))
		return refuse(call, out_answered);
	return OK;
}

/* --- what is told of it --- */

void directory_event_begin(struct web_call *call, struct audit_event *out)
{
	const struct caller *c = caller_of(call);

	*out = (struct audit_event){
		.category = AUDIT_IDENTITY, .result = AUDIT_SUCCESS, .severity = AUDIT_NOTICE,
		.actor_type = c->is_operator ? AUDIT_ACTOR_OPERATOR : c->is_app ? AUDIT_ACTOR_APP : AUDIT_ACTOR_USER,
		.actor_name = c->name, .client_ip = web_client_text(call),
		.request_id = uuid_text(call->arena, &call->request.id),
		.method = str_of(http_method_name(call->request.method)),
		.route = str_format(call->arena, "%s%s", call->surface->prefix, call->route),
	};
	if (c->principal) {
		out->actor_id = uuid_text(call->arena, &c->oid);
		out->session = c->principal->sid;
		out->authn = principal_amr_text(c->principal, call->arena);
	}
}

err directory_audit(struct web_call *call, str op, str target_type, const struct uuid *target_id, str target_name, str changes)
{
	struct audit_event event;

	directory_event_begin(call, &event);
	event.op = op;
	event.target_type = target_type;
	event.target_id = uuid_text(call->arena, target_id);
	event.target_name = target_name;
	event.changes = changes;
	return audit_emit(directory_of(call)->store, call->now, &event);
}
