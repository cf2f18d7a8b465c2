/* directory/routes_internal.h - the handlers of the /v1.0 surface; routes.c says which answers what. */
#ifndef DIRECTORY_ROUTES_INTERNAL_H
#define DIRECTORY_ROUTES_INTERNAL_H

#include "directory/application.h"
#include "directory/authority.h"
#include "directory/entities.h"
#include "directory/guard.h"
#include "directory/user.h"

/* user_routes.c, user_password.c */
err users_list(struct web_call *call);
err users_create(struct web_call *call);
err users_read(struct web_call *call);
err users_update(struct web_call *call);
err users_delete(struct web_call *call);
err users_revoke_sessions(struct web_call *call);
err users_change_password(struct web_call *call);
err users_member_of(struct web_call *call);
err users_app_roles(struct web_call *call);
/* group_routes.c, group_member_routes.c */
err groups_list(struct web_call *call);
err groups_create(struct web_call *call);
err groups_read(struct web_call *call);
err groups_update(struct web_call *call);
err groups_delete(struct web_call *call);
err groups_members(struct web_call *call);
err groups_owners(struct web_call *call);
err groups_add_member(struct web_call *call);
err groups_remove_member(struct web_call *call);
err groups_add_owner(struct web_call *call);
err groups_remove_owner(struct web_call *call);
/* application_routes.c */
err applications_list(struct web_call *call);
err applications_create(struct web_call *call);
err applications_read(struct web_call *call);
err applications_update(struct web_call *call);
err applications_delete(struct web_call *call);
err applications_add_password(struct web_call *call);
err applications_remove_password(struct web_call *call);
/* method_routes.c */
err methods_list(struct web_call *call);
err methods_list_passes(struct web_call *call);
err methods_add_pass(struct web_call *call);
err methods_remove_pass(struct web_call *call);
err methods_reset_password(struct web_call *call);
/* service_principal_routes.c */
err service_principals_list(struct web_call *call);
err service_principals_create(struct web_call *call);
err service_principals_read(struct web_call *call);
err service_principals_update(struct web_call *call);
err service_principals_delete(struct web_call *call);
err service_principals_assigned_to(struct web_call *call);
err service_principals_assignments(struct web_call *call);
err service_principals_assign(struct web_call *call);
err service_principals_unassign(struct web_call *call);
/* grant_routes.c */
err grants_list(struct web_call *call);
err grants_create(struct web_call *call);
err grants_read(struct web_call *call);
err grants_update(struct web_call *call);
err grants_delete(struct web_call *call);
/* role_routes.c */
err role_assignments_list(struct web_call *call);
err role_assignments_create(struct web_call *call);
err role_assignments_read(struct web_call *call);
err role_assignments_delete(struct web_call *call);
err role_definitions_list(struct web_call *call);
err organization_list(struct web_call *call);
/* licence_routes.c */
err skus_list(struct web_call *call);
err skus_put(struct web_call *call);
err users_assign_licence(struct web_call *call);
err users_licences(struct web_call *call);
err users_reprocess_licence(struct web_call *call);
err groups_assign_licence(struct web_call *call);
err groups_licence_errors(struct web_call *call);
/* environment_routes.c */
err environments_list(struct web_call *call);
err environments_read(struct web_call *call);
err environments_update(struct web_call *call);
/* A change of the environment that the path names: audits what came of it, and answers it; an error is left to be answered. */
MUST_USE NONNULL err environments_settled(struct web_call *call, str changes, err outcome);

/* instance_routes.c */
err instances_list(struct web_call *call);

/* The user that the path names: "/me", by id or by user principal name. */
MUST_USE NONNULL err path_user(struct web_call *call, struct user *out);
/* The application that the path names, by id or appId; the same for the application of a service principal. */
MUST_USE NONNULL err path_application(struct web_call *call, struct application *out);
MUST_USE NONNULL err path_service_principal(struct web_call *call, struct application *out);
/* The path's first argument as an id; an ill-formed one is ERR_NOT_FOUND, like one that nobody has. */
MUST_USE NONNULL err path_id(struct web_call *call, size_t index, struct uuid *out);
/* A required GUID member of a body. */
MUST_USE NONNULL err body_id(const struct json *body, str name, struct uuid *out);
/* Does the object hold a directory role? */
MUST_USE NONNULL err holds_a_role(struct web_call *call, const struct uuid *id, bool *out);

#endif
