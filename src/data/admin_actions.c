/* data/admin_actions.c - paths of administration behind a row (4.11):
 *   set(id)/collection            GET: the associated rows that the caller may read
 *   set(id)/collection/$ref       POST {"@odata.id": "set2(id2)"}
 *   set(id)/collection(id2)/$ref  DELETE; also set(id)/collection/$ref?$id=set2(id2)
 *   set(id)/Microsoft.Dynamics.CRM.Action  POST, and bound functions by GET */
#include "data/admin_call.h"
#include "data/answer.h"
#include "data/argument.h"
#include "data/api.h"
#include "data/record_member.h"
#include "data/options.h"
#include "data/read.h"
#include "data/row_find.h"
#include "data/row_key.h"

enum { LIST_MAX = 1000 };

struct target {
	const struct table *table;
	struct uuid id;
};

static err bad_body(struct data_call *dc, const char *what)
{
	return REFUSE(dc, 400, CODE_BAD_QUERY, "The body must have %s.", what);
}

static err body_json(struct data_call *dc, const struct json **out)
{
	err e = web_json(dc->web, out);
	return err_kind_of(e) == ERR_INVALID ? bad_body(dc, "a JSON object") : e;
}

/* --- associations --- */

static err related_of_reference(struct data_call *dc, str reference, str related_table, struct uuid *out)
{
	struct path_segment key = { 0 };
	const struct table *t = NULL;
	if (odata_reference_parse(references_resolve(dc->references, reference, dc->arena), dc->arena, &key))
		t = metadata_table_by_set(dc->app->metadata, key.name);
	if (!t || !str_equal(t->logical_name, related_table))
		return REFUSE(dc, 400, CODE_BAD_QUERY, "The reference must be to a row of '%.*s'.", STR_ARG(related_table));
	return row_key_read(dc, t, &key, DO_READ, out);
}

static err association_add(struct data_call *dc, const struct target *on, str navigation, str related_table)
{
	const struct json *body;
	struct admin_call call;
	struct uuid related;
	str reference;
	TRY(body_json(dc, &body));
	if (!json_member_is_str(body, S("@odata.id"), &reference))
		return bad_body(dc, "@odata.id");
	TRY(related_of_reference(dc, reference, related_table, &related));
	SCOPED(transaction) tx = { 0 };
	TRY(transaction_begin(dc->app->store, &tx));
	for (bool again = true; again;) {
		TRY(admin_call_begin(dc, &call));
		TRY(admin_call_end(dc, &call, on->table, authz_admin_associate(&call, on->table, &on->id, navigation, &related), &again));
	}
	answer_empty(dc);
	return transaction_commit(&tx);
}

static err association_remove(struct data_call *dc, const struct target *on, const struct path_segment *nav, str related_table)
{
	struct admin_call call;
	struct uuid related;
	str reference;
	if (url_param_find(&dc->params, S("$id"), &reference))
		TRY(related_of_reference(dc, reference, related_table, &related));
	else
		TRY(row_key_read(dc, metadata_table(dc->app->metadata, related_table), nav, DO_READ, &related));
	SCOPED(transaction) tx = { 0 };
	TRY(transaction_begin(dc->app->store, &tx));
	for (bool again = true; again;) {
		TRY(admin_call_begin(dc, &call));
		TRY(admin_call_end(dc, &call, on->table, authz_admin_disassociate(&call, on->table, &on->id, nav->name, &related), &again));
	}
	answer_empty(dc);
	return transaction_commit(&tx);
}

/* The rows whose own keys these are. */
static err keys_filter(struct data_call *dc, const int64_t *keys, size_t count, struct filter *out)
{
	static const struct column key = { .type = TYPE_BIGINT, .sql = { "key", 3 } };
	struct value *list = NEW(dc->arena, struct value);
	TRY_NEW(list);
	*list = value_of_i64s(keys, count);
	*out = (struct filter){ .kind = FILTER_KEYS, .column = &key, .values = list, .value_count = 1 };
	return OK;
}

static err association_list(struct data_call *dc, const struct target *on, str navigation, str related_table, str tail)
{
	const struct table *related = metadata_table(dc->app->metadata, related_table);
	struct admin_call call;
	struct row_place place;
	struct filter members;
	const int64_t *keys = NULL;
	size_t count = 0;
	bool found;
	char id[UUID_TEXT_LEN + 1];
	if (!related)
		FAIL(ERR_INTERNAL, "an association with a table that does not exist");
	TRY(rights_gate(dc, DO_READ, on->table));
	TRY(row_place_find(dc, on->table, &on->id, DO_READ, &place, &found));
	if (!found)
		return row_missing(dc, on->table, &on->id);
	TRY(rights_row(dc, DO_READ, on->table, &place));
	for (bool again = true; again;) {
		TRY(admin_call_begin(dc, &call));
		TRY(admin_call_end(dc, &call, on->table, authz_admin_associated(&call, on->table, &on->id, navigation, &keys, &count), &again));
	}
	TRY(keys_filter(dc, keys, count, &members));
	uuid_format(&on->id, id);
	struct rows_of of = { .within = &members, .references = str_equal(tail, S("$ref")) };
	of.path = str_format(dc->arena, "%.*s(%s)/%.*s%s%.*s", STR_ARG(on->table->entity_set), id, STR_ARG(navigation), tail.len ? "/" : "",
			     STR_ARG(tail));
	TRY_NEW(of.path.at);
	return str_equal(tail, S("$count")) ? read_count(dc, related, &of) : read_list(dc, related, &of);
}

static err association_run(struct data_call *dc, const struct target *on, str related_table, bool *out_found)
{
	const struct path_segment *nav = &dc->path.segment[1];
	enum http_method method = dc->web->request.method;
	str tail = dc->path.count == 3 ? dc->path.segment[2].name : S("");
	bool reference = str_equal(tail, S("$ref"));
	*out_found = true;
	if (dc->path.count > 3 || (tail.len && !reference && !str_equal(tail, S("$count"))))
		return REFUSE(dc, 404, CODE_UNKNOWN_PATH, "Resource not found for the segment '%.*s'.", STR_ARG(dc->path.segment[2].name));
	if (!nav->has_arguments && (method == HTTP_GET || method == HTTP_HEAD))
		return association_list(dc, on, nav->name, related_table, tail);
	if (reference && method == HTTP_POST) {
		TRY(options_check(dc, "@"));
		return association_add(dc, on, nav->name, related_table);
	}
	if (reference && method == HTTP_DELETE) {
		TRY(options_check(dc, "@ $id"));
		return association_remove(dc, on, nav, related_table);
	}
	return REFUSE(dc, 405, CODE_METHOD, "The requested resource does not support this method.");
}

/* --- bound actions --- */

static err members_read(struct data_call *dc, struct uuid **out, size_t *out_count)
{
	const struct json *body;
	TRY(body_json(dc, &body));
	const struct json *list = json_member(body, S("Members"));
	if (!json_is(list, JSON_ARRAY) || list->count > LIST_MAX)
		return bad_body(dc, "a list Members of at most 1000 users");
	struct uuid *ids = NEW_ARRAY(dc->arena, struct uuid, list->count);
	TRY_NEW(ids);
	size_t n = 0;
	for (const struct json *m = list->first; m; m = m->next) {
		str id;
		if ((!json_member_is_str(m, S("systemuserid"), &id) && !json_member_is_str(m, S("ownerid"), &id)) ||
		    failed(uuid_parse(id, &ids[n++])))
			return bad_body(dc, "a systemuserid for each member");
	}
	*out = ids;
	*out_count = n;
	return OK;
}

static err members_add(struct data_call *dc, struct admin_call *call, const struct uuid *team)
{
	struct uuid *ids;
	size_t count;
	TRY(members_read(dc, &ids, &count));
	return authz_admin_add_members(call, team, ids, count);
}

static err members_remove(struct data_call *dc, struct admin_call *call, const struct uuid *team)
{
	struct uuid *ids;
	size_t count;
	TRY(members_read(dc, &ids, &count));
	return authz_admin_remove_members(call, team, ids, count);
}

static err privilege_read(struct data_call *dc, const struct json *in, struct role_privilege *out)
{
	const struct json *depth = json_member(in, S("Depth"));
	str id;
	*out = (struct role_privilege){ 0 };
	if (!json_member_is_str(in, S("PrivilegeId"), &id) || failed(uuid_parse(id, &out->id)))
		return bad_body(dc, "a PrivilegeId for each privilege");
	bool scalar = json_is(depth, JSON_STRING) || json_is(depth, JSON_NUMBER);
	if (!scalar || !depth_parse(depth->text, &out->depth))
		return bad_body(dc, "a Depth (Basic, Local, Deep, Global) for each privilege");
	return OK;
}

static err privileges_read(struct data_call *dc, struct role_privilege **out, size_t *out_count)
{
	const struct json *body;
	TRY(body_json(dc, &body));
	const struct json *list = json_member(body, S("Privileges"));
	if (!json_is(list, JSON_ARRAY))
		return bad_body(dc, "a list Privileges");
	struct role_privilege *items = NEW_ARRAY(dc->arena, struct role_privilege, list->count);
	TRY_NEW(items);
	size_t n = 0;
	for (const struct json *p = list->first; p; p = p->next)
		TRY(privilege_read(dc, p, &items[n++]));
	*out = items;
	*out_count = n;
	return OK;
}

static err privileges_add(struct data_call *dc, struct admin_call *call, const struct uuid *role)
{
	struct role_privilege *items;
	size_t count;
	TRY(privileges_read(dc, &items, &count));
	return authz_admin_add_privileges(call, role, items, count);
}

static err privileges_replace(struct data_call *dc, struct admin_call *call, const struct uuid *role)
{
	struct role_privilege *items;
	size_t count;
	TRY(privileges_read(dc, &items, &count));
	return authz_admin_replace_privileges(call, role, items, count);
}

static err privilege_remove(struct data_call *dc, struct admin_call *call, const struct uuid *role)
{
	const struct json *body;
	struct uuid privilege;
	str id;
	TRY(body_json(dc, &body));
	if (!json_member_is_str(body, S("PrivilegeId"), &id) || failed(uuid_parse(id, &privilege)))
		return bad_body(dc, "a PrivilegeId");
	return authz_admin_remove_privilege(call, role, &privilege);
}

static const struct {
	const char *table, *name;
	err (*run)(struct data_call *dc, struct admin_call *call, const struct uuid *id);
} actions[] = {
	{ "team", "Microsoft.Dynamics.CRM.AddMembersTeam", members_add },
	{ "team", "Microsoft.Dynamics.CRM.RemoveMembersTeam", members_remove },
	{ "systemuser", "Microsoft.Dynamics.CRM.AddUserToRecordTeam", record_member_add },
	{ "systemuser", "Microsoft.Dynamics.CRM.RemoveUserFromRecordTeam", record_member_remove },
	{ "role", "Microsoft.Dynamics.CRM.AddPrivilegesRole", privileges_add },
	{ "role", "Microsoft.Dynamics.CRM.ReplacePrivilegesRole", privileges_replace },
	{ "role", "Microsoft.Dynamics.CRM.RemovePrivilegeRole", privilege_remove },
};

static err action_run(struct data_call *dc, const struct target *on, bool *out_found)
{
	for (size_t i = 0; i < COUNT_OF(actions); i++) {
		struct admin_call call;
		if (!str_equal(on->table->logical_name, str_of(actions[i].table)) ||
		    !str_equal(dc->path.segment[1].name, str_of(actions[i].name)))
			continue;
		*out_found = true;
		TRY(options_check(dc, "@"));
		SCOPED(transaction) tx = { 0 };
		TRY(transaction_begin(dc->app->store, &tx));
		for (bool again = true; again;) {
			TRY(admin_call_begin(dc, &call));
			TRY(admin_call_end(dc, &call, on->table, actions[i].run(dc, &call, &on->id), &again));
		}
		answer_empty(dc);
		return transaction_commit(&tx);
	}
	return OK;
}

/* --- functions that list privileges --- */

enum { NAMES_MAX = 1000 };

static err privileges_answer(struct data_call *dc, const struct role_privilege *list, size_t count, const char *type)
{
	struct json_writer w = answer_json(dc, 200);
	str context = str_format(dc->arena, "%.*s$metadata#Microsoft.Dynamics.CRM.%s", STR_ARG(dc->root), type);
	TRY_NEW(context.at);
	json_open_object(&w);
	json_member_str(&w, S("@odata.context"), context);
	json_key(&w, S("RolePrivileges"));
	json_open_array(&w);
	for (size_t i = 0; i < count; i++) {
		json_open_object(&w);
		json_member_str(&w, S("Depth"), str_of(depth_name(list[i].depth)));
		json_member_uuid(&w, S("PrivilegeId"), &list[i].id);
		json_member_uuid(&w, S("BusinessUnitId"), &list[i].unit);
		json_member_str(&w, S("PrivilegeName"), list[i].name);
		json_close_object(&w);
	}
	json_close_array(&w);
	json_close_object(&w);
	return OK;
}

static err role_privileges(struct data_call *dc)
{
	const struct role_privilege *list = NULL;
	struct admin_call call;
	struct uuid role;
	size_t count = 0;
	if (failed(uuid_parse(argument_text(dc, &dc->path.segment[0], S("RoleId")), &role)))
		return REFUSE(dc, 400, CODE_BAD_QUERY, "RoleId must be a GUID.");
	for (bool again = true; again;) {
		TRY(admin_call_begin(dc, &call));
		TRY(admin_call_end(dc, &call, metadata_table(dc->app->metadata, S("role")),    authz_admin_role_privileges(&call, &role, &list, &count), &again));
	}
	return privileges_answer(dc, list, count, "RetrieveRolePrivilegesRoleResponse");
}

static bool is_named(str name, const str *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (str_equal_nocase(name, names[i]))
			return true;
	return false;
}

static err user_privileges(struct data_call *dc, const struct target *on, bool by_names)
{
	const struct role_privilege *list = NULL;
	struct admin_call call;
	size_t count = 0;
	str *names = NULL;
	size_t name_count = 0;
	if (by_names)
		TRY(argument_list(dc, &dc->path.segment[1], S("PrivilegeNames"), NAMES_MAX, &names, &name_count));
	for (bool again = true; again;) {
		TRY(admin_call_begin(dc, &call));
		TRY(admin_call_end(dc, &call, on->table, authz_admin_user_privileges(&call, &on->id, &list, &count), &again));
	}
	if (!by_names)
		return privileges_answer(dc, list, count, "RetrieveUserPrivilegesResponse");
	struct role_privilege *kept = NEW_ARRAY(dc->arena, struct role_privilege, count);
	size_t n = 0;
	TRY_NEW(kept);
	for (size_t i = 0; i < count; i++)
		if (is_named(list[i].name, names, name_count))
			kept[n++] = list[i];
	return privileges_answer(dc, kept, n, "RetrieveUserSetOfPrivilegesByNamesResponse");
}

err admin_action(struct data_call *dc, bool *out_found)
{
	const struct path_segment *first = &dc->path.segment[0], *second = &dc->path.segment[1];
	struct target on = { .table = metadata_table_by_set(dc->app->metadata, first->name) };
	str related;
	*out_found = false;
	if (dc->path.count == 1 && str_equal(first->name, S("RetrieveRolePrivilegesRole")) &&
	    dc->web->request.method == HTTP_GET) {
		*out_found = true;
		TRY(options_check(dc, "@"));
		return role_privileges(dc);
	}
	if (!on.table || !on.table->builtin || dc->path.count < 2 || !first->has_arguments)
		return OK;
	TRY(row_key_read(dc, on.table, first, DO_READ, &on.id));
	if (authz_admin_association(on.table, second->name, &related))
		return association_run(dc, &on, related, out_found);
	if (dc->path.count == 2 && dc->web->request.method == HTTP_POST)
		return action_run(dc, &on, out_found);
	bool by_names = str_equal(second->name, S("Microsoft.Dynamics.CRM.RetrieveUserSetOfPrivilegesByNames"));
	if (dc->path.count == 2 && dc->web->request.method == HTTP_GET && str_equal(on.table->logical_name, S("systemuser")) &&
	    (by_names || str_equal(second->name, S("Microsoft.Dynamics.CRM.RetrieveUserPrivileges")))) {
		*out_found = true;
		TRY(options_check(dc, "@"));
		return user_privileges(dc, &on, by_names);
	}
	return OK;
}
