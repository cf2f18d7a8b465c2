-- With whom a row is shared: id, kind (null: everybody), mask. ?1 table ?2 row key. Index: share_row.
SELECT p.id, p.kind, h.mask FROM share AS h LEFT JOIN principal AS p ON p.key = h.principal WHERE h.tbl = ?1 AND h.obj = ?2 ORDER BY h.principal
