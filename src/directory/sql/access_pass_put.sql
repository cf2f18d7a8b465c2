-- A person gets a pass, in place of an earlier one.
-- ?1 user key, ?2 id, ?3 SHA-256 of the pass, ?4 starts, ?5 ends, ?6 usable once, ?7 now. Primary key.
INSERT INTO access_pass(user_key, id, digest, starts, ends, once, created) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)
    ON CONFLICT(user_key) DO UPDATE SET id = ?2, digest = ?3, starts = ?4, ends = ?5, once = ?6, used = NULL, created = ?7
