#include "directory/entities.h"

#define SECONDS(column_) "strftime('%Y-%m-%dT%H:%M:%SZ', " column_ " / 1000, 'unixepoch')"
/* 16 octets as a GUID's text. */
#define GUID(column_)                                                                                                 \
	"lower(substr(hex(" column_ "), 1, 8) || '-' || substr(hex(" column_ "), 9, 4) || '-' || substr(hex(" column_ "), 13, 4) " \
	"|| '-' || substr(hex(" column_ "), 17, 4) || '-' || substr(hex(" column_ "), 21))"
#define PROPERTIES(array_) { (array_), COUNT_OF(array_) }

static const struct property user_properties[] = {
	{ "businessPhones", "u.business_phones", PROPERTY_JSON, false },
	{ "displayName", "u.display_name", PROPERTY_TEXT, false },
	{ "givenName", "u.given_name", PROPERTY_TEXT, false },
	{ "jobTitle", "u.job_title", PROPERTY_TEXT, false },
	{ "mail", "u.mail", PROPERTY_TEXT, false },
	{ "mobilePhone", "u.mobile_phone", PROPERTY_TEXT, false },
	{ "preferredLanguage", "u.preferred_language", PROPERTY_TEXT, false },
	{ "surname", "u.surname", PROPERTY_TEXT, false },
	{ "userPrincipalName", "u.user_principal_name", PROPERTY_TEXT, false },
	{ "id", "o.id", PROPERTY_UUID, false },
	{ "accountEnabled", "u.enabled", PROPERTY_BOOL, true },
	{ "userType", "iif(u.guest, 'Guest', 'Member')", PROPERTY_TEXT, true },
	{ "mailNickname", "u.mail_nickname", PROPERTY_TEXT, true },
	{ "streetAddress", "u.street_address", PROPERTY_TEXT, true },
	{ "city", "u.city", PROPERTY_TEXT, true },
	{ "state", "u.state", PROPERTY_TEXT, true },
	{ "postalCode", "u.postal_code", PROPERTY_TEXT, true },
	{ "country", "u.country", PROPERTY_TEXT, true },
	{ "birthday", "u.birthday", PROPERTY_TEXT, true },
	{ "mySite", "u.my_site", PROPERTY_TEXT, true },
	{ "usageLocation", "u.usage_location", PROPERTY_TEXT, true },
	{ "department", "u.department", PROPERTY_TEXT, true },
	{ "employeeId", "u.employee_id", PROPERTY_TEXT, true },
	{ "otherMails", "u.other_mails", PROPERTY_JSON, true },
	{ "createdDateTime", "u.created", PROPERTY_TIME, true },
	{ "signInSessionsValidFromDateTime", "u.sessions_valid_from", PROPERTY_TIME, true },
	{ "lastPasswordChangeDateTime", "(SELECT changed FROM credential_password WHERE user_key = u.key)", PROPERTY_TIME,
	  true },
	{ "assignedLicenses",
	  "(SELECT json_group_array(json_object('skuId', " GUID("s.id") ", 'disabledPlans', json((SELECT json_group_array(" GUID("p.id") ") "
	  "FROM sku_plan x JOIN service_plan p ON p.key = x.plan_key WHERE x.sku_key = s.key AND NOT EXISTS (SELECT 1 FROM plan_in_effect e "
	  "WHERE e.user_key = u.key AND e.sku_key = s.key AND e.plan_key = p.key))))) FROM seat l JOIN sku s ON s.key = l.sku_key WHERE l.user_key = u.key)",
	  PROPERTY_JSON, true },
	{ "assignedPlans",
	  "(SELECT json_group_array(json_object('assignedDateTime', (SELECT " SECONDS("min(e.assigned)") " FROM plan_in_effect e "
	  "WHERE e.user_key = u.key AND e.sku_key = l.sku_key AND e.plan_key = p.key), 'capabilityStatus', iif(EXISTS (SELECT 1 FROM plan_in_effect e "
	  "WHERE e.user_key = u.key AND e.sku_key = l.sku_key AND e.plan_key = p.key), 'Enabled', 'Deleted'), 'service', p.name, "
	  "'servicePlanId', " GUID("p.id") ")) "
	  "FROM seat l JOIN sku_plan x ON x.sku_key = l.sku_key JOIN service_plan p ON p.key = x.plan_key WHERE l.user_key = u.key)",
	  PROPERTY_JSON, true },
	{ "licenseAssignmentStates",
	  "(SELECT json_group_array(json_object('skuId', " GUID("s.id") ", 'assignedByGroup', iif(w.by_group IS NULL, NULL, " GUID("w.by_group") "), "
	  "'state', iif(w.error, 'Error', 'Active'), 'error', CASE w.error WHEN 0 THEN 'None' WHEN 1 THEN 'CountViolation' "
	  "ELSE 'ProhibitedInUsageLocationViolation' END, 'disabledPlans', json(w.off))) FROM ("
	  "SELECT l.sku_key, NULL AS by_group, 0 AS error, (SELECT json_group_array(" GUID("p.id") ") FROM licence_plan_off x "
	  "JOIN service_plan p ON p.key = x.plan_key WHERE x.licence_key = l.key) AS off FROM licence l WHERE l.user_key = u.key "
	  "UNION ALL SELECT i.sku_key, o.id, i.error, (SELECT json_group_array(" GUID("p.id") ") FROM group_licence_plan_off x "
	  "JOIN service_plan p ON p.key = x.plan_key WHERE x.licence_key = i.licence_key) FROM inherited_licence i "
	  "JOIN group_licence g ON g.key = i.licence_key JOIN directory_object o ON o.key = g.group_key WHERE i.user_key = u.key"
	  ") w JOIN sku s ON s.key = w.sku_key)",
	  PROPERTY_JSON, true },
};
const struct entity entity_user = { "users", "user_account u JOIN directory_object o ON o.key = u.key", "u.key",
				    PROPERTIES(user_properties) };

static const struct property group_properties[] = {
	{ "id", "o.id", PROPERTY_UUID, false },
	{ "displayName", "g.display_name", PROPERTY_TEXT, false },
	{ "description", "g.description", PROPERTY_TEXT, false },
	{ "mailNickname", "g.mail_nickname", PROPERTY_TEXT, false },
	{ "mailEnabled", "g.mail_enabled", PROPERTY_BOOL, false },
	{ "securityEnabled", "g.security_enabled", PROPERTY_BOOL, false },
	{ "groupTypes", "g.group_types", PROPERTY_JSON, false },
	{ "isAssignableToRole", "g.role_assignable", PROPERTY_BOOL, false },
	{ "createdDateTime", "g.created", PROPERTY_TIME, false },
	{ "assignedLicenses",
	  "(SELECT json_group_array(json_object('skuId', " GUID("s.id") ", 'disabledPlans', json((SELECT json_group_array(" GUID("p.id") ") "
	  "FROM group_licence_plan_off x JOIN service_plan p ON p.key = x.plan_key WHERE x.licence_key = l.key)))) "
	  "FROM group_licence l JOIN sku s ON s.key = l.sku_key WHERE l.group_key = g.key)",
	  PROPERTY_JSON, true },
};
const struct entity entity_group = { "groups", "user_group g JOIN directory_object o ON o.key = g.key", "g.key",
				     PROPERTIES(group_properties) };

static const struct property application_properties[] = {
	{ "id", "o.id", PROPERTY_UUID, false },
	{ "appId", "a.app_id", PROPERTY_UUID, false },
	{ "displayName", "a.display_name", PROPERTY_TEXT, false },
	{ "signInAudience", "a.sign_in_audience", PROPERTY_TEXT, false },
	{ "identifierUris", "a.identifier_uris", PROPERTY_JSON, false },
	{ "web", "a.web", PROPERTY_JSON, false },
	{ "spa", "a.spa", PROPERTY_JSON, false },
	{ "publicClient", "a.public_client", PROPERTY_JSON, false },
	{ "isFallbackPublicClient", "a.fallback_public_client", PROPERTY_BOOL, false },
	{ "api", "a.api", PROPERTY_JSON, false },
	{ "appRoles", "a.app_roles", PROPERTY_JSON, false },
	{ "requiredResourceAccess", "a.required_resource_access", PROPERTY_JSON, false },
	{ "optionalClaims", "a.optional_claims", PROPERTY_JSON, false },
	{ "groupMembershipClaims", "a.group_membership_claims", PROPERTY_TEXT, false },
	{ "bwk", "a.bwk", PROPERTY_JSON, false },
	{ "passwordCredentials",
	  "(SELECT json_group_array(json_object('keyId', s.key_id, 'displayName', s.display_name, 'hint', s.hint, "
	  "'startDateTime', " SECONDS("s.starts") ", 'endDateTime', " SECONDS("s.ends") ", 'secretText', NULL)) "
	  "FROM application_secret s WHERE s.application_key = a.key)",
	  PROPERTY_JSON, false },
	{ "createdDateTime", "a.created", PROPERTY_TIME, false },
};
const struct entity entity_application = { "applications", "application a JOIN directory_object o ON o.key = a.key", "a.key",
					   PROPERTIES(application_properties) };

static const struct property service_principal_properties[] = {
	{ "id", "o.id", PROPERTY_UUID, false },
	{ "appId", "a.app_id", PROPERTY_UUID, false },
	{ "displayName", "a.display_name", PROPERTY_TEXT, false },
	{ "appDisplayName", "a.display_name", PROPERTY_TEXT, false },
	{ "accountEnabled", "p.enabled", PROPERTY_BOOL, false },
	{ "appRoleAssignmentRequired", "p.assignment_required", PROPERTY_BOOL, false },
	{ "servicePrincipalType", "'Application'", PROPERTY_TEXT, false },
	{ "servicePrincipalNames", "a.identifier_uris", PROPERTY_JSON, false },
	{ "signInAudience", "a.sign_in_audience", PROPERTY_TEXT, false },
	{ "appRoles", "a.app_roles", PROPERTY_JSON, false },
	{ "oauth2PermissionScopes", "json_extract(a.api, '$.oauth2PermissionScopes')", PROPERTY_JSON, false },
	{ "createdDateTime", "p.created", PROPERTY_TIME, false },
};
const struct entity entity_service_principal = {
	"servicePrincipals",
	"service_principal p JOIN directory_object o ON o.key = p.key JOIN application a ON a.key = p.application_key",
	"p.key", PROPERTIES(service_principal_properties)
};

static const struct property access_pass_properties[] = {
	{ "id", "p.id", PROPERTY_UUID, false },
	{ "temporaryAccessPass", "NULL", PROPERTY_TEXT, false },
	{ "createdDateTime", "p.created", PROPERTY_TIME, false },
	{ "startDateTime", "p.starts", PROPERTY_TIME, false },
	{ "lifetimeInMinutes", "(p.ends - p.starts) / 60000", PROPERTY_JSON, false },
	{ "isUsableOnce", "p.once", PROPERTY_BOOL, false },
};
const struct entity entity_access_pass = { "users/authentication/temporaryAccessPassMethods", "access_pass p", "p.user_key",
					   PROPERTIES(access_pass_properties) };

/* The password's id is the same for everybody, as in the public Graph. */
#define METHODS                                                                                                       \
	"(SELECT 1 AS n, user_key, x'28c102306103485eb985444c60001490' AS id, 'password' AS kind, changed AS created " \
	"FROM credential_password UNION ALL SELECT 2, user_key, id, 'temporaryAccessPass', created FROM access_pass) m"
static const struct property method_properties[] = {
	{ "@odata.type", "'#microsoft.graph.' || m.kind || 'AuthenticationMethod'", PROPERTY_TEXT, false },
	{ "id", "m.id", PROPERTY_UUID, false },
	{ "createdDateTime", "m.created", PROPERTY_TIME, false },
};
const struct entity entity_method = { "users/authentication/methods", METHODS, "m.n", PROPERTIES(method_properties) };

static const struct property grant_properties[] = {
	{ "id", "g.id", PROPERTY_UUID, false },
	{ "clientId", "c.id", PROPERTY_UUID, false },
	{ "consentType", "iif(g.principal_key IS NULL, 'AllPrincipals', 'Principal')", PROPERTY_TEXT, false },
	{ "principalId", "p.id", PROPERTY_UUID, false },
	{ "resourceId", "r.id", PROPERTY_UUID, false },
	{ "scope", "trim(g.scope)", PROPERTY_TEXT, false },
};
const struct entity entity_grant = {
	"oauth2PermissionGrants",
	"permission_grant g JOIN directory_object c ON c.key = g.client_key JOIN directory_object r ON r.key = g.resource_key "
	"LEFT JOIN directory_object p ON p.key = g.principal_key",
	"g.key", PROPERTIES(grant_properties)
};

static const struct property app_role_assignment_properties[] = {
	{ "id", "x.id", PROPERTY_UUID, false },
	{ "appRoleId", "x.app_role_id", PROPERTY_UUID, false },
	{ "principalId", "p.id", PROPERTY_UUID, false },
	{ "principalType", "CASE p.kind WHEN 1 THEN 'User' WHEN 2 THEN 'Group' ELSE 'ServicePrincipal' END", PROPERTY_TEXT,
	  false },
	{ "resourceId", "r.id", PROPERTY_UUID, false },
	{ "resourceDisplayName", "a.display_name", PROPERTY_TEXT, false },
	{ "createdDateTime", "x.created", PROPERTY_TIME, false },
};
const struct entity entity_app_role_assignment = {
	"appRoleAssignments",
	"app_role_assignment x JOIN directory_object p ON p.key = x.principal_key "
	"JOIN directory_object r ON r.key = x.resource_key JOIN service_principal s ON s.key = x.resource_key "
	"JOIN application a ON a.key = s.application_key",
	"x.key", PROPERTIES(app_role_assignment_properties)
};

static const struct property role_assignment_properties[] = {
	{ "id", "x.id", PROPERTY_UUID, false },
	{ "roleDefinitionId", "x.role_template", PROPERTY_UUID, false },
	{ "principalId", "p.id", PROPERTY_UUID, false },
	{ "directoryScopeId", "'/'", PROPERTY_TEXT, false },
};
const struct entity entity_role_assignment = {
	"roleManagement/directory/roleAssignments",
	"role_assignment x JOIN directory_object p ON p.key = x.principal_key", "x.key", PROPERTIES(role_assignment_properties)
};

static const struct property organization_properties[] = {
	{ "id", "t.id", PROPERTY_UUID, false },
	{ "displayName", "t.display_name", PROPERTY_TEXT, false },
	{ "createdDateTime", "t.created", PROPERTY_TIME, false },
	{ "verifiedDomains",
	  "(SELECT json_group_array(json_object('name', d.name, 'type', 'Managed', 'isDefault', json(iif(d.is_default, 'true', "
	  "'false')), 'isInitial', json(iif(d.is_initial, 'true', 'false')))) FROM domain d)",
	  PROPERTY_JSON, false },
};
const struct entity entity_organization = { "organization", "tenant t", "1", PROPERTIES(organization_properties) };

static const struct property sku_properties[] = {
	{ "id", "s.id", PROPERTY_UUID, false },
	{ "skuId", "s.id", PROPERTY_UUID, false },
	{ "skuPartNumber", "s.part_number", PROPERTY_TEXT, false },
	{ "appliesTo", "'User'", PROPERTY_TEXT, false },
	{ "capabilityStatus", "iif(s.seats > 0, 'Enabled', 'Suspended')", PROPERTY_TEXT, false },
	{ "consumedUnits", "s.taken", PROPERTY_JSON, false },
	{ "usageLocations", "json('[\"' || replace(s.locations, ',', '\",\"') || '\"]')", PROPERTY_JSON, false },
	{ "prepaidUnits", "json_object('enabled', s.seats, 'warning', 0, 'suspended', 0)", PROPERTY_JSON, false },
	{ "servicePlans",
	  "(SELECT json_group_array(json_object('servicePlanId', " GUID("p.id") ", 'servicePlanName', p.name, 'provisioningStatus', "
	  "'Success', 'appliesTo', 'User')) FROM sku_plan x JOIN service_plan p ON p.key = x.plan_key WHERE x.sku_key = s.key)",
	  PROPERTY_JSON, false },
};
const struct entity entity_sku = { "subscribedSkus", "sku s", "s.key", PROPERTIES(sku_properties) };

static const struct property licence_properties[] = {
	{ "id", "s.id", PROPERTY_UUID, false },
	{ "skuId", "s.id", PROPERTY_UUID, false },
	{ "skuPartNumber", "s.part_number", PROPERTY_TEXT, false },
	{ "servicePlans",
	  "(SELECT json_group_array(json_object('servicePlanId', " GUID("p.id") ", 'servicePlanName', p.name, 'provisioningStatus', "
	  "iif(EXISTS (SELECT 1 FROM plan_in_effect e WHERE e.user_key = l.user_key AND e.sku_key = s.key AND e.plan_key = p.key), 'Success', "
	  "'Disabled'), 'appliesTo', 'User')) FROM sku_plan x JOIN service_plan p ON p.key = x.plan_key WHERE x.sku_key = s.key)",
	  PROPERTY_JSON, false },
};
const struct entity entity_licence = { "users/licenseDetails", "seat l JOIN sku s ON s.key = l.sku_key", "s.key",
				       PROPERTIES(licence_properties) };

/* Any kind of object: members and owners of groups, and what somebody is a member of. */
static const struct property member_properties[] = {
	{ "@odata.type",
	  "CASE o.kind WHEN 1 THEN '#microsoft.graph.user' WHEN 2 THEN '#microsoft.graph.group' "
	  "ELSE '#microsoft.graph.servicePrincipal' END",
	  PROPERTY_TEXT, false },
	{ "id", "o.id", PROPERTY_UUID, false },
	{ "displayName", "coalesce(u.display_name, g.display_name, a.display_name)", PROPERTY_TEXT, false },
	{ "userPrincipalName", "u.user_principal_name", PROPERTY_TEXT, false },
	{ "mail", "u.mail", PROPERTY_TEXT, false },
	{ "accountEnabled", "coalesce(u.enabled, p.enabled)", PROPERTY_BOOL, true },
	{ "securityEnabled", "g.security_enabled", PROPERTY_BOOL, true },
};
const struct entity entity_member = {
	"directoryObjects",
	"directory_object o LEFT JOIN user_account u ON u.key = o.key LEFT JOIN user_group g ON g.key = o.key "
	"LEFT JOIN service_principal p ON p.key = o.key LEFT JOIN application a ON a.key = p.application_key",
	"o.key", PROPERTIES(member_properties)
};
