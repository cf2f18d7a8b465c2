-- ?1 key.
DELETE FROM cellshare WHERE key = ?1
