-- Is ?2 an enabled role of the resource with service principal key ?1? Row: for users, for applications.
SELECT r.for_users, r.for_apps FROM application_role r JOIN service_principal s ON s.application_key = r.application_key
WHERE s.key = ?1 AND r.id = ?2 AND r.enabled
