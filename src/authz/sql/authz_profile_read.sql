-- What a change of a profile starts from. ?1 key. One row.
SELECT name, description FROM fieldsecurityprofile WHERE key = ?1
