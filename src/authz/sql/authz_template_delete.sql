-- ?1 key.
DELETE FROM teamtemplate WHERE key = ?1
