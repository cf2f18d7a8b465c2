-- ?1 key.
DELETE FROM rowpolicy WHERE key = ?1
