-- ?1 application key, ?2 key id.
DELETE FROM application_secret WHERE application_key = ?1 AND key_id = ?2
