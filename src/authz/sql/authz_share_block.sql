-- The shares of rows that stand side by side, in order. ?1 table ?2 first row key ?3 last ?4 how many at most. Index: share_row, alone.
SELECT obj, principal, mask FROM share WHERE tbl = ?1 AND obj BETWEEN ?2 AND ?3 ORDER BY obj, principal LIMIT ?4
