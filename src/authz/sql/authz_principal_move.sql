-- A user or team in another unit. ?1 key ?2 unit.
UPDATE principal SET unit = ?2 WHERE key = ?1
