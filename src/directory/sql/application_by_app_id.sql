-- ?1 app id. Columns as application_store.c reads them. Unique index on app_id.
SELECT a.key, a.app_id, a.display_name, a.sign_in_audience, a.web, a.spa, a.public_client, a.identifier_uris, a.api,
    a.app_roles, a.required_resource_access, a.optional_claims, a.bwk, a.group_membership_claims, a.fallback_public_client,
    a.built_in, a.environment, o.id, s.key, s.enabled, s.assignment_required, so.id
FROM application a JOIN directory_object o ON o.key = a.key LEFT JOIN service_principal s ON s.application_key = a.key
    LEFT JOIN directory_object so ON so.key = s.key
WHERE a.app_id = ?1
