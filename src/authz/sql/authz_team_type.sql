-- ?1 key ?2 type.
UPDATE team SET type = ?2 WHERE key = ?1
