-- A person's pass: for sign-in. ?1 user key. At most one row. Primary key.
SELECT id, digest, starts, ends, once, used IS NOT NULL FROM access_pass WHERE user_key = ?1
