-- ?1 id, ?2 " a b ".
UPDATE permission_grant SET scope = ?2 WHERE id = ?1
