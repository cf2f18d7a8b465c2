-- The rights of one principal's share of a row. ?1 table ?2 principal ?3 row key ?4 mask ?5 the explicit part of it.
INSERT INTO share (tbl, principal, obj, mask, own) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (tbl, principal, obj) DO UPDATE SET mask = excluded.mask, own = excluded.own
