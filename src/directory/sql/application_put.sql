-- Inserts or replaces. ?1 key, ?2 app id, ?3 name, ?4 audience, ?5 web, ?6 spa, ?7 public client, ?8 identifier URIs, ?9 api,
-- ?10 roles, ?11 required access, ?12 optional claims, ?13 bwk, ?14 group claims, ?15 fallback public, ?16 built in,
-- ?17 environment, ?18 now.
INSERT INTO application(key, app_id, display_name, sign_in_audience, web, spa, public_client, identifier_uris, api, app_roles,
    required_resource_access, optional_claims, bwk, group_membership_claims, fallback_public_client, built_in, environment,
    changed, created)
VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?18)
ON CONFLICT(key) DO UPDATE SET display_name = ?3, sign_in_audience = ?4, web = ?5, spa = ?6, public_client = ?7,
    identifier_uris = ?8, api = ?9, app_roles = ?10, required_resource_access = ?11, optional_claims = ?12, bwk = ?13,
    group_membership_claims = ?14, fallback_public_client = ?15, changed = ?18
