-- The teams of rows that a template has made. ?1 template. Index: team_of_row.
SELECT key FROM team WHERE template = ?1
