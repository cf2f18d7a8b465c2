-- ?1 key ?2 administrator.
UPDATE team SET administrator = ?2 WHERE key = ?1
