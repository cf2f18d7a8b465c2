-- A profile, with its permissions and holders. ?1 key.
DELETE FROM fieldsecurityprofile WHERE key = ?1
