-- ?1 key. One row.
SELECT column_id, rights FROM cellshare WHERE key = ?1
