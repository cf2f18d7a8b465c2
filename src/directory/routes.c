/* directory/routes.c - the /v1.0 surface and the one of discovery: which handler answers what, and who may call it (identity 1.12). */
#include "directory/graph.h"
#include "directory/routes_internal.h"

#define USERS_READ "User.Read.All User.ReadWrite.All Directory.Read.All Directory.ReadWrite.All"
#define USERS_WRITE "User.ReadWrite.All Directory.ReadWrite.All"
#define GROUPS_READ "Group.Read.All Group.ReadWrite.All GroupMember.ReadWrite.All Directory.Read.All Directory.ReadWrite.All"
#define GROUPS_WRITE "Group.ReadWrite.All Directory.ReadWrite.All"
#define MEMBERS_WRITE "GroupMember.ReadWrite.All " GROUPS_WRITE
#define APPS_READ "Application.Read.All Application.ReadWrite.All Directory.Read.All Directory.ReadWrite.All"
#define APPS_WRITE "Application.ReadWrite.All Directory.ReadWrite.All"
#define ASSIGN_WRITE "AppRoleAssignment.ReadWrite.All"
#define ASSIGN_READ ASSIGN_WRITE " " APPS_READ
#define GRANTS_WRITE "DelegatedPermissionGrant.ReadWrite.All Directory.ReadWrite.All"
#define GRANTS_READ GRANTS_WRITE " Directory.Read.All"
#define ROLES_WRITE "RoleManagement.ReadWrite.Directory"
#define ROLES_READ ROLES_WRITE " RoleManagement.Read.Directory Directory.Read.All Directory.ReadWrite.All"
#define ORGANIZATION_READ "Organization.Read.All Organization.ReadWrite.All Directory.Read.All Directory.ReadWrite.All"
#define SELF_READ "User.Read User.ReadWrite " USERS_READ
#define SELF_WRITE "User.ReadWrite User.ReadWrite.All Directory.ReadWrite.All"
#define SELF_PASSWORD SELF_WRITE " UserAuthenticationMethod.ReadWrite.All Directory.AccessAsUser.All"
#define METHODS_WRITE "UserAuthenticationMethod.ReadWrite.All"
#define PERSON_METHODS "/users/{}/authentication"
#define SELF_SIGN_OUT "User.Read " SELF_PASSWORD

#define LICENCES_WRITE "LicenseAssignment.ReadWrite.All User.ReadWrite.All Directory.ReadWrite.All"
#define SKUS_READ "LicenseAssignment.ReadWrite.All " ORGANIZATION_READ
#define ENVIRONMENTS_WRITE "Environment.ReadWrite.All Organization.ReadWrite.All Directory.ReadWrite.All Directory.AccessAsUser.All"

#define APP "/applications/{}"
#define APP_BY "/applications(appId='{}')"
#define SP "/servicePrincipals/{}"
#define SP_BY "/servicePrincipals(appId='{}')"
#define INSTANCES "/v2.0/Instances"
#define ROLE_ASSIGNMENTS "/roleManagement/directory/roleAssignments"

#define BOTH(method_, id_, by_, tail_, subject_, permissions_, handler_)                                        \
	X(method_, id_ tail_, subject_, permissions_, NULL, handler_)                                           \
	X(method_, by_ tail_, subject_, permissions_, NULL, handler_)

/* method, path, whose roles cover it, permissions, permissions on one's own object, handler */
#define ROUTES                                                                                                  \
	X(HTTP_GET, "/me", SUBJECT_READ, USERS_READ, SELF_READ, users_read)                                     \
	X(HTTP_PATCH, "/me", SUBJECT_USERS, USERS_WRITE, SELF_WRITE, users_update)                              \
	X(HTTP_GET, "/me/memberOf", SUBJECT_READ, GROUPS_READ, SELF_READ, users_member_of)                      \
	X(HTTP_POST, "/me/changePassword", SUBJECT_SELF, "", SELF_PASSWORD, users_change_password)              \
	X(HTTP_POST, "/me/revokeSignInSessions", SUBJECT_USERS, USERS_WRITE, SELF_SIGN_OUT, users_revoke_sessions) \
	X(HTTP_GET, "/users", SUBJECT_READ, USERS_READ, NULL, users_list)                                       \
	X(HTTP_POST, "/users", SUBJECT_USERS, USERS_WRITE, NULL, users_create)                                  \
	X(HTTP_GET, "/users/{}", SUBJECT_READ, USERS_READ, SELF_READ, users_read)                               \
	X(HTTP_PATCH, "/users/{}", SUBJECT_USERS, USERS_WRITE, SELF_WRITE, users_update)                        \
	X(HTTP_DELETE, "/users/{}", SUBJECT_USERS, USERS_WRITE, NULL, users_delete)                             \
	X(HTTP_GET, "/users/{}/memberOf", SUBJECT_READ, GROUPS_READ, SELF_READ, users_member_of)                \
	X(HTTP_GET, "/users/{}/appRoleAssignments", SUBJECT_READ, ASSIGN_READ, NULL, users_app_roles)           \
	X(HTTP_POST, "/users/{}/changePassword", SUBJECT_SELF, "", SELF_PASSWORD, users_change_password)        \
	X(HTTP_POST, "/users/{}/revokeSignInSessions", SUBJECT_USERS, USERS_WRITE, SELF_SIGN_OUT,               \
	  users_revoke_sessions)                                                                                \
	X(HTTP_GET, "/me/licenseDetails", SUBJECT_READ, USERS_READ, SELF_READ, users_licences)                  \
	X(HTTP_GET, "/users/{}/licenseDetails", SUBJECT_READ, USERS_READ, SELF_READ, users_licences)            \
	X(HTTP_POST, "/users/{}/assignLicense", SUBJECT_LICENCES, LICENCES_WRITE, NULL, users_assign_licence)   \
	X(HTTP_POST, "/users/{}/reprocessLicenseAssignment", SUBJECT_LICENCES, LICENCES_WRITE, NULL, users_reprocess_licence) \
	X(HTTP_POST, "/groups/{}/assignLicense", SUBJECT_LICENCES, LICENCES_WRITE, NULL, groups_assign_licence) \
	X(HTTP_GET, "/groups/{}/membersWithLicenseErrors", SUBJECT_READ, GROUPS_READ, NULL, groups_licence_errors) \
	X(HTTP_GET, PERSON_METHODS "/methods", SUBJECT_USERS, METHODS_WRITE, METHODS_WRITE, methods_list)        \
	X(HTTP_GET, PERSON_METHODS "/temporaryAccessPassMethods", SUBJECT_USERS, METHODS_WRITE, NULL, methods_list_passes) \
	X(HTTP_POST, PERSON_METHODS "/temporaryAccessPassMethods", SUBJECT_USERS, METHODS_WRITE, NULL, methods_add_pass) \
	X(HTTP_DELETE, PERSON_METHODS "/temporaryAccessPassMethods/{}", SUBJECT_USERS, METHODS_WRITE, NULL,     \
	  methods_remove_pass)                                                                                  \
	X(HTTP_POST, PERSON_METHODS "/methods/{}/resetPassword", SUBJECT_USERS, METHODS_WRITE, NULL,            \
	  methods_reset_password)                                                                               \
	X(HTTP_GET, "/groups", SUBJECT_READ, GROUPS_READ, NULL, groups_list)                                    \
	X(HTTP_POST, "/groups", SUBJECT_GROUPS, GROUPS_WRITE, NULL, groups_create)                              \
	X(HTTP_GET, "/groups/{}", SUBJECT_READ, GROUPS_READ, NULL, groups_read)                                 \
	X(HTTP_PATCH, "/groups/{}", SUBJECT_GROUPS, GROUPS_WRITE, NULL, groups_update)                          \
	X(HTTP_DELETE, "/groups/{}", SUBJECT_GROUPS, GROUPS_WRITE, NULL, groups_delete)                         \
	X(HTTP_GET, "/groups/{}/members", SUBJECT_READ, GROUPS_READ, NULL, groups_members)                      \
	X(HTTP_GET, "/groups/{}/owners", SUBJECT_READ, GROUPS_READ, NULL, groups_owners)                        \
	X(HTTP_POST, "/groups/{}/members/$ref", SUBJECT_GROUPS, MEMBERS_WRITE, NULL, groups_add_member)         \
	X(HTTP_DELETE, "/groups/{}/members/{}/$ref", SUBJECT_GROUPS, MEMBERS_WRITE, NULL, groups_remove_member) \
	X(HTTP_POST, "/groups/{}/owners/$ref", SUBJECT_GROUPS, GROUPS_WRITE, NULL, groups_add_owner)            \
	X(HTTP_DELETE, "/groups/{}/owners/{}/$ref", SUBJECT_GROUPS, GROUPS_WRITE, NULL, groups_remove_owner)    \
	X(HTTP_GET, "/applications", SUBJECT_READ, APPS_READ, NULL, applications_list)                          \
	X(HTTP_POST, "/applications", SUBJECT_APPLICATIONS, APPS_WRITE, NULL, applications_create)              \
	BOTH(HTTP_GET, APP, APP_BY, "", SUBJECT_READ, APPS_READ, applications_read)                             \
	BOTH(HTTP_PATCH, APP, APP_BY, "", SUBJECT_APPLICATIONS, APPS_WRITE, applications_update)                \
	BOTH(HTTP_DELETE, APP, APP_BY, "", SUBJECT_APPLICATIONS, APPS_WRITE, applications_delete)               \
	BOTH(HTTP_POST, APP, APP_BY, "/addPassword", SUBJECT_APPLICATIONS, APPS_WRITE, applications_add_password) \
	BOTH(HTTP_POST, APP, APP_BY, "/removePassword", SUBJECT_APPLICATIONS, APPS_WRITE, applications_remove_password) \
	X(HTTP_GET, "/servicePrincipals", SUBJECT_READ, APPS_READ, NULL, service_principals_list)               \
	X(HTTP_POST, "/servicePrincipals", SUBJECT_APPLICATIONS, APPS_WRITE, NULL, service_principals_create)   \
	BOTH(HTTP_GET, SP, SP_BY, "", SUBJECT_READ, APPS_READ, service_principals_read)                         \
	BOTH(HTTP_PATCH, SP, SP_BY, "", SUBJECT_APPLICATIONS, APPS_WRITE, service_principals_update)            \
	BOTH(HTTP_DELETE, SP, SP_BY, "", SUBJECT_APPLICATIONS, APPS_WRITE, service_principals_delete)           \
	BOTH(HTTP_GET, SP, SP_BY, "/appRoleAssignedTo", SUBJECT_READ, ASSIGN_READ, service_principals_assigned_to) \
	BOTH(HTTP_POST, SP, SP_BY, "/appRoleAssignedTo", SUBJECT_APPLICATIONS, ASSIGN_WRITE, service_principals_assign) \
	BOTH(HTTP_DELETE, SP, SP_BY, "/appRoleAssignedTo/{}", SUBJECT_APPLICATIONS, ASSIGN_WRITE,               \
	     service_principals_unassign)                                                                       \
	BOTH(HTTP_GET, SP, SP_BY, "/appRoleAssignments", SUBJECT_READ, ASSIGN_READ, service_principals_assignments) \
	BOTH(HTTP_POST, SP, SP_BY, "/appRoleAssignments", SUBJECT_APPLICATIONS, ASSIGN_WRITE, service_principals_assign) \
	BOTH(HTTP_DELETE, SP, SP_BY, "/appRoleAssignments/{}", SUBJECT_APPLICATIONS, ASSIGN_WRITE,              \
	     service_principals_unassign)                                                                       \
	X(HTTP_GET, "/oauth2PermissionGrants", SUBJECT_READ, GRANTS_READ, NULL, grants_list)                    \
	X(HTTP_POST, "/oauth2PermissionGrants", SUBJECT_APPLICATIONS, GRANTS_WRITE, NULL, grants_create)        \
	X(HTTP_GET, "/oauth2PermissionGrants/{}", SUBJECT_READ, GRANTS_READ, NULL, grants_read)                 \
	X(HTTP_PATCH, "/oauth2PermissionGrants/{}", SUBJECT_APPLICATIONS, GRANTS_WRITE, NULL, grants_update)    \
	X(HTTP_DELETE, "/oauth2PermissionGrants/{}", SUBJECT_APPLICATIONS, GRANTS_WRITE, NULL, grants_delete)   \
	X(HTTP_GET, ROLE_ASSIGNMENTS, SUBJECT_READ, ROLES_READ, NULL, role_assignments_list)                    \
	X(HTTP_POST, ROLE_ASSIGNMENTS, SUBJECT_ROLES, ROLES_WRITE, NULL, role_assignments_create)               \
	X(HTTP_GET, ROLE_ASSIGNMENTS "/{}", SUBJECT_READ, ROLES_READ, NULL, role_assignments_read)              \
	X(HTTP_DELETE, ROLE_ASSIGNMENTS "/{}", SUBJECT_ROLES, ROLES_WRITE, NULL, role_assignments_delete)       \
	X(HTTP_GET, "/roleManagement/directory/roleDefinitions", SUBJECT_READ, ROLES_READ, NULL, role_definitions_list) \
	X(HTTP_GET, "/subscribedSkus", SUBJECT_READ, SKUS_READ, NULL, skus_list)                                \
	X(HTTP_POST, "/subscribedSkus", SUBJECT_OPERATOR, "", NULL, skus_put)                                   \
	X(HTTP_GET, "/environments", SUBJECT_ENVIRONMENTS, ENVIRONMENTS_WRITE, NULL, environments_list)         \
	X(HTTP_GET, "/environments/{}", SUBJECT_ENVIRONMENTS, ENVIRONMENTS_WRITE, NULL, environments_read)      \
	X(HTTP_PATCH, "/environments/{}", SUBJECT_ENVIRONMENTS, ENVIRONMENTS_WRITE, NULL, environments_update)  \
	X(HTTP_GET, "/organization", SUBJECT_READ, ORGANIZATION_READ, "User.Read", organization_list)

#define X(method_, pattern_, subject_, permissions_, self_, handler_)                                           \
	{ method_, pattern_, subject_, permissions_, self_, handler_ },
static const struct directory_route rules[] = {
	ROUTES
	X(HTTP_GET, INSTANCES, SUBJECT_READ, SELF_READ, NULL, instances_list)
};
#undef X
#define X(method_, pattern_, subject_, permissions_, self_, handler_) { method_, pattern_, handler_ },
static const struct web_route routes[] = { ROUTES };
static const struct web_route discovery_routes[] = { { HTTP_GET, INSTANCES, instances_list } };
#undef X

const struct directory_route *directory_route_of(const char *pattern, enum http_method method)
{
	for (size_t i = 0; i < COUNT_OF(rules); i++) {
		if (strcmp(rules[i].pattern, pattern) == 0 &&
		    (rules[i].method == method || (rules[i].method == HTTP_GET && method == HTTP_HEAD)))
			return &rules[i];
	}
	return NULL;
}

const struct web_surface directory_surface = {
	.prefix = "/v1.0", .routes = routes, .route_count = COUNT_OF(routes), .enter = authority_enter,
	.write_error = graph_write_error,
};

const struct web_surface discovery_surface = {
	.prefix = "/api/discovery", .routes = discovery_routes, .route_count = COUNT_OF(discovery_routes),
	.enter = authority_enter, .write_error = graph_write_error,
};
