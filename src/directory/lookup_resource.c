/* directory/lookup_resource.c - what sign-in asks about resources and about what was granted there. */
#include "audit/client.h"
#include "directory/application.h"
#include "directory/grant.h"
#include "directory/sql_catalog.h"

static err read_scopes(struct store *store, int64_t application_key, struct arena *arena, struct resource *r)
{
	SCOPED(statement) s = { 0 };
	struct resource_scope *scopes = NEW_ARRAY(arena, struct resource_scope, APP_SCOPES_MAX);
	bool row = false;

	TRY_NEW(scopes);
	TRY(statement_open(store, &SQL_APPLICATION_SCOPES, &s));
	TRY(bind_i64(&s, 1, application_key));
	for (;;) {
		TRY(statement_step(&s, &row));
		if (!row || r->scope_count == APP_SCOPES_MAX)
			break;
		struct resource_scope *scope = &scopes[r->scope_count++];
		scope->id = column_uuid(&s, 0);
		scope->value = column_text_copy(&s, 1, arena);
		scope->admin_only = column_i64(&s, 2);
		scope->consent_name = column_text_copy(&s, 3, arena);
		scope->consent_description = column_text_copy(&s, 4, arena);
		TRY_NEW(scope->value.at);
	}
	r->scopes = scopes;
	return OK;
}

static err read_audience(struct store *store, const struct application *a, struct arena *arena, str *out)
{
	SCOPED(statement) s = { 0 };
	bool row = false;

	TRY(statement_open(store, &SQL_APPLICATION_IDENTIFIER_URI_FIRST, &s));
	TRY(bind_i64(&s, 1, a->key));
	TRY(statement_step(&s, &row));
	*out = row ? column_text_copy(&s, 0, arena) : uuid_text(arena, &a->app_id);
	TRY_NEW(out->at);
	return OK;
}

err lookup_resource(struct directory *d, str identifier, struct arena *arena, struct resource *out)
{
	struct application a;
	struct uuid app_id, directory_app;

	if (failed(uuid_parse(identifier, &app_id)))
		TRY(application_by_identifier(d->store, identifier, arena, &a));
	else
		TRY(application_by_app_id(d->store, &app_id, arena, &a));
	if (!a.has_service_principal)
		FAIL(ERR_NOT_FOUND, "the resource has no service principal in this tenant");
	TRY(uuid_parse(S(DIRECTORY_RESOURCE_APP_ID), &directory_app));
	*out = (struct resource){
		.app_id = a.app_id, .service_principal_id = a.service_principal_id,
		.service_principal_key = a.service_principal_key, .display_name = a.display_name,
		.identifier = identifier, .enabled = a.service_principal_enabled,
		.assignment_required = a.assignment_required, .is_directory = uuid_equal(&a.app_id, &directory_app),
		.environment = a.environment,
	};
	TRY(read_audience(d->store, &a, arena, &out->audience));
	return read_scopes(d->store, a.key, arena, out);
}

err lookup_granted_scopes(struct directory *d, int64_t client_sp_key, int64_t person_key, int64_t resource_sp_key,
			  struct arena *arena, str *out_scopes)
{
	SCOPED(statement) s = { 0 };
	str all = S("");
	bool row = false;

	TRY(statement_open(d->store, &SQL_GRANTS_IN_FORCE, &s));
	TRY(bind_i64(&s, 1, client_sp_key));
	TRY(bind_i64(&s, 2, resource_sp_key));
	TRY(bind_i64(&s, 3, person_key));
	for (;;) {
		TRY(statement_step(&s, &row));
		if (!row)
			break;
		TRY(scope_text_union(all, column_text(&s, 0), arena, &all));
	}
	*out_scopes = str_trim(all);
	return OK;
}

err lookup_consent(struct directory *d, const struct client *client, const struct person *person,
		   const struct resource *resource, str scopes, struct instant now, const struct audit_event *context)
{
	SCOPED(transaction) tx = { 0 };
	struct arena *arena = arena_new(256 * 1024);
	struct audit_event event = *context;

	if (!arena)
		FAIL(ERR_LIMIT, "no memory");
	event.op = S("consent.app");
	event.category = AUDIT_IDENTITY;
	event.result = AUDIT_SUCCESS;
	event.target_type = S("servicePrincipal");
	event.target_id = uuid_text(arena, &client->service_principal_id);
	event.target_name = client->display_name;
	event.changes = scope_change_text(scopes, arena);
	err e = transaction_begin(d->store, &tx);
	if (!failed(e))
		e = grant_add_for_person(d->store, client->service_principal_key, resource->service_principal_key, person->key,
					 scopes, now, arena);
	if (!failed(e))
		e = audit_emit(d->store, now, &event);
	if (!failed(e))
		e = transaction_commit(&tx);
	arena_free(arena);
	return e;
}

err lookup_app_roles(struct directory *d, const struct uuid *principal_id, int64_t resource_sp_key, struct arena *arena,
		     const str **out_values, size_t *out_count, bool *out_assigned)
{
	SCOPED(statement) s = { 0 };
	str *values = NEW_ARRAY(arena, str, APP_ROLES_MAX);
	size_t count = 0;
	bool row = false, assigned = false;

	TRY_NEW(values);
	TRY(statement_open(d->store, &SQL_APP_ROLES_OF, &s));
	TRY(bind_uuid(&s, 1, principal_id));
	TRY(bind_i64(&s, 2, resource_sp_key));
	for (;;) {
		TRY(statement_step(&s, &row));
		if (!row)
			break;
		assigned = true;
		if (column_is_null(&s, 0) || count == APP_ROLES_MAX)
			continue;
		values[count] = column_text_copy(&s, 0, arena);
		TRY_NEW(values[count++].at);
	}
	*out_values = values;
	*out_count = count;
	*out_assigned = assigned;
	return OK;
}
