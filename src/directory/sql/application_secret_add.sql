-- ?1 application key, ?2 key id, ?3 digest, ?4 hint, ?5 name, ?6 starts, ?7 ends.
INSERT INTO application_secret(application_key, key_id, digest, hint, display_name, starts, ends)
VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)
