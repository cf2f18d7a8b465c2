-- ?1 id, ?2 role template, ?3 principal, ?4 now.
INSERT INTO role_assignment(id, role_template, principal_key, created) VALUES(?1, ?2, ?3, ?4)
