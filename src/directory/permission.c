#include "directory/permission.h"

#include "codec/json_write.h"
#include "crypto/hash.h"

enum { USERS_CONSENT = 1 };

static const struct {
	const char *value, *text;
	int flags;
	bool scope_only;
} permissions[] = {
	{ "openid", "Sign you in", USERS_CONSENT, true },
	{ "profile", "See your basic profile", USERS_CONSENT, true },
	{ "email", "See your e-mail address", USERS_CONSENT, true },
	{ "address", "See your postal address", USERS_CONSENT, true },
	{ "phone", "See your telephone number", USERS_CONSENT, true },
	{ "offline_access", "Keep access while you are away", USERS_CONSENT, true },
	{ "User.Read", "Sign in and read your own profile", USERS_CONSENT, true },
	{ "User.ReadWrite", "Read and change your own profile", USERS_CONSENT, true },
	{ "User.Read.All", "Read all profiles", 0, false },
	{ "User.ReadWrite.All", "Read and write all profiles", 0, false },
	{ "Group.Read.All", "Read all groups", 0, false },
	{ "Group.ReadWrite.All", "Read and write all groups", 0, false },
	{ "GroupMember.ReadWrite.All", "Read and write group memberships", 0, false },
	{ "Application.Read.All", "Read all applications", 0, false },
	{ "Application.ReadWrite.All", "Read and write all applications", 0, false },
	{ "AppRoleAssignment.ReadWrite.All", "Manage application role assignments", 0, false },
	{ "DelegatedPermissionGrant.ReadWrite.All", "Manage delegated permission grants", 0, false },
	{ "RoleManagement.Read.Directory", "Read directory role assignments", 0, false },
	{ "RoleManagement.ReadWrite.Directory", "Read and write directory role assignments", 0, false },
	{ "UserAuthenticationMethod.ReadWrite.All", "Read and write authentication methods", 0, false },
	{ "Directory.Read.All", "Read the directory", 0, false },
	{ "Directory.ReadWrite.All", "Read and write the directory", 0, false },
	{ "Policy.Read.All", "Read policies", 0, false },
	{ "Policy.ReadWrite.ConditionalAccess", "Read and write conditional access policies", 0, false },
	{ "Organization.Read.All", "Read organization information", 0, false },
	{ "Organization.ReadWrite.All", "Read and write organization information", 0, false },
	{ "LicenseAssignment.ReadWrite.All", "Manage licence assignments", 0, false },
	{ "Environment.ReadWrite.All", "Manage who enters the environments", 0, false },
	{ "AuditLog.Read.All", "Read audit logs", 0, false },
	{ "Provisioning.ReadWrite.All", "Provision people and groups", 0, false },
};

/* The same in every tenant and after every start: a digest of what it names. */
static struct uuid permission_id(const char *kind, const char *value)
{
	const bytes parts[] = { bytes_of_str(S("bailiwick permission ")), bytes_of_str(str_of(kind)),
				bytes_of_str(S(" ")), bytes_of_str(str_of(value)) };
	struct sha256 digest = sha256_of_parts(parts, COUNT_OF(parts));

	return uuid_v4_from(digest.b);
}

static void write_scope(struct json_writer *w, size_t i)
{
	struct uuid id = permission_id("scope", permissions[i].value);

	json_open_object(w);
	json_member_uuid(w, S("id"), &id);
	json_member_str(w, S("value"), str_of(permissions[i].value));
	json_member_str(w, S("type"), permissions[i].flags & USERS_CONSENT ? S("User") : S("Admin"));
	json_member_bool(w, S("isEnabled"), true);
	json_member_str(w, S("adminConsentDisplayName"), str_of(permissions[i].text));
	json_member_str(w, S("adminConsentDescription"), str_of(permissions[i].text));
	json_close_object(w);
}

static void write_role(struct json_writer *w, size_t i)
{
	struct uuid id = permission_id("role", permissions[i].value);

	json_open_object(w);
	json_member_uuid(w, S("id"), &id);
	json_member_str(w, S("value"), str_of(permissions[i].value));
	json_member_str(w, S("displayName"), str_of(permissions[i].text));
	json_member_str(w, S("description"), str_of(permissions[i].text));
	json_member_raw(w, S("allowedMemberTypes"), S("[\"Application\"]"));
	json_member_bool(w, S("isEnabled"), true);
	json_close_object(w);
}

static str write_list(struct arena *arena, bool roles)
{
	struct buffer b;

	buffer_init(&b, 1 << 16);
	struct json_writer w = json_writer_to(&b);
	json_open_array(&w);
	for (size_t i = 0; i < COUNT_OF(permissions); i++) {
		if (!roles)
			write_scope(&w, i);
		else if (!permissions[i].scope_only)
			write_role(&w, i);
	}
	json_close_array(&w);
	str text = b.failed ? (str){ 0 } : str_copy(arena, buffer_str(&b));
	buffer_release(&b);
	return text;
}

str permission_api_json(struct arena *arena)
{
	str list = write_list(arena, false);
	return str_format(arena, "{\"oauth2PermissionScopes\":%.*s}", STR_ARG(list));
}

str permission_roles_json(struct arena *arena)
{
	return write_list(arena, true);
}

static const struct role_template templates[] = {
	{ ROLE_GLOBAL_ADMINISTRATOR, "62e90394-69f5-4237-9190-012177145e10", "Global Administrator", "Manages everything" },
	{ ROLE_PRIVILEGED_ROLE_ADMINISTRATOR, "e8611ab8-c189-46e8-94e1-60213ab1f814", "Privileged Role Administrator",
	  "Manages role assignments" },
	{ ROLE_OTHER, "7be44c8a-adaf-4e2a-84d6-ab2649e08a13", "Privileged Authentication Administrator",
	  "Manages authentication methods of anybody" },
	{ ROLE_OTHER, "c4e39bd9-1100-46d3-8c65-fb160da0071f", "Authentication Administrator",
	  "Manages authentication methods of people without a role" },
	{ ROLE_OTHER, "0526716b-113d-4c15-b2c8-68e3c22b9f80", "Authentication Policy Administrator",
	  "Manages the authentication methods policy" },
	{ ROLE_OTHER, "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9", "Conditional Access Administrator",
	  "Manages conditional access" },
	{ ROLE_OTHER, "194ae4cb-b126-40b2-bd5b-6091b380977d", "Security Administrator", "Manages security features" },
	{ ROLE_OTHER, "5d6b6bb7-de71-4623-b4af-96380a352509", "Security Reader", "Reads security information" },
	{ ROLE_GLOBAL_READER, "f2ef992c-3afb-46b9-b7cf-a126ee74c451", "Global Reader", "Reads everything" },
	{ ROLE_USER_ADMINISTRATOR, "fe930be7-5e62-47db-91af-98c3a49a38b1", "User Administrator",
	  "Manages people and groups" },
	{ ROLE_OTHER, "729827e3-9c14-49f7-bb1b-9608f156bbb8", "Helpdesk Administrator",
	  "Resets passwords of people without a role" },
	{ ROLE_OTHER, "966707d0-3269-4727-9be2-8c3a10f19b9d", "Password Administrator",
	  "Resets passwords of people without a role" },
	{ ROLE_GROUPS_ADMINISTRATOR, "fdd7a751-b60b-444a-984c-02652fe8fa1c", "Groups Administrator", "Manages groups" },
	{ ROLE_LICENSE_ADMINISTRATOR, "4d6ac14f-3453-41d0-bef9-a3e0c569773a", "License Administrator", "Manages licences" },
	{ ROLE_APPLICATION_ADMINISTRATOR, "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3", "Application Administrator",
	  "Manages applications" },
	{ ROLE_CLOUD_APPLICATION_ADMINISTRATOR, "158c047a-c907-4556-b7ef-446551a6b5f7", "Cloud Application Administrator",
	  "Manages applications but not the on-premises proxy" },
	{ ROLE_OTHER, "8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2", "Hybrid Identity Administrator", "Manages federation and sync" },
	{ ROLE_OTHER, "95e79109-95c0-4d8e-aee3-d01accf2d47b", "Guest Inviter", "Invites guests" },
	{ ROLE_POWER_PLATFORM_ADMINISTRATOR, "11648597-926c-4cf3-9c36-bcebb0ba8dcc", "Power Platform Administrator", "Manages environments" },
	{ ROLE_DYNAMICS_ADMINISTRATOR, "44367163-eba1-44c3-98af-f5787879f96a", "Dynamics 365 Administrator", "Manages environments" },
	{ ROLE_OTHER, "d29b2b05-8046-44ba-8758-1e26182fcf32", "Directory Synchronization Accounts",
	  "Used by synchronization only" },
};

const struct role_template *role_templates(size_t *out_count)
{
	*out_count = COUNT_OF(templates);
	return templates;
}

const struct role_template *role_template_by_id(const struct uuid *id)
{
	char text[UUID_TEXT_LEN + 1];

	uuid_format(id, text);
	for (size_t i = 0; i < COUNT_OF(templates); i++) {
		if (strcmp(templates[i].id, text) == 0)
			return &templates[i];
	}
	return NULL;
}

const struct role_template *role_template_by_display_name(str name)
{
	for (size_t i = 0; i < COUNT_OF(templates); i++) {
		if (str_equal_nocase(str_of(templates[i].display_name), name))
			return &templates[i];
	}
	return NULL;
}

struct uuid role_template_id(enum role_name name)
{
	struct uuid id = { 0 };

	for (size_t i = 0; i < COUNT_OF(templates); i++) {
		if (templates[i].name == name && !failed(uuid_parse(str_of(templates[i].id), &id)))
			break;
	}
	return id;
}
