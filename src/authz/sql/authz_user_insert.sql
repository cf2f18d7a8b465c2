-- The user's own part. ?1 key ?2 domain name ?3 object id ?4 application id ?5 first name ?6 last name ?7 e-mail ?8 manager
-- ?9 access mode ?10 disabled ?11 operator.
INSERT INTO systemuser (key, domain_name, object_id, application_id, first_name, last_name, email, manager, access_mode, disabled, operator)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
