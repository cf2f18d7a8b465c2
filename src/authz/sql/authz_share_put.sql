-- The rights of one principal's share of a row. ?1 table ?2 principal ?3 row key ?4 mask.
INSERT INTO share (tbl, principal, obj, mask) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (tbl, principal, obj) DO UPDATE SET mask = excluded.mask
