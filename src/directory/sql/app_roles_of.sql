-- Roles that object ?1 (id) holds at resource ?2 (service principal key), directly or through a group it is directly in
-- (as the public product: nested groups do not carry app roles). Row: value, null for access without a role.
SELECT DISTINCT r.value FROM app_role_assignment a
    JOIN service_principal s ON s.key = a.resource_key
    LEFT JOIN application_role r ON r.application_key = s.application_key AND r.id = a.app_role_id AND r.enabled
WHERE a.resource_key = ?2 AND (a.principal_key = (SELECT key FROM directory_object WHERE id = ?1)
    OR a.principal_key IN (SELECT m.group_key FROM group_member m JOIN directory_object o ON o.key = m.member_key
                           WHERE o.id = ?1))
ORDER BY r.value
