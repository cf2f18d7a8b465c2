-- ?1 key ?2 domain name ?3 first name ?4 last name ?5 e-mail ?6 manager ?7 access mode ?8 disabled.
UPDATE systemuser SET domain_name = ?2, first_name = ?3, last_name = ?4, email = ?5, manager = ?6, access_mode = ?7, disabled = ?8
WHERE key = ?1
