-- The teams of one row. ?1 table ?2 row key. Index: teamtemplate_table, team_of_row.
SELECT t.key FROM teamtemplate AS m CROSS JOIN team AS t ON t.template = m.key AND t.obj = ?2 WHERE m.tbl = ?1
