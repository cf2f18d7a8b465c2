-- A person's pass is taken away. ?1 user key, ?2 id. Primary key.
DELETE FROM access_pass WHERE user_key = ?1 AND id = ?2
