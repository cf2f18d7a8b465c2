-- ?1 template ?2 row key. One row or none. Index: team_of_row.
SELECT key FROM team WHERE template = ?1 AND obj = ?2
