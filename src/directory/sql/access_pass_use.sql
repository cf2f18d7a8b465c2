-- The pass has been used. One row when it may be: a pass for one use that was used before stays as it is, and none changes.
-- ?1 user key, ?2 id, ?3 now. Primary key.
UPDATE access_pass SET used = coalesce(used, ?3) WHERE user_key = ?1 AND id = ?2 AND (once = 0 OR used IS NULL)
