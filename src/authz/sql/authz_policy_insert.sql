-- ?1 id ?2 name ?3 table ?4 its name ?5 query ?6 constrain primary ?7 context value ?8 operations ?9 enabled ?10 version.
INSERT INTO rowpolicy (id, name, tbl, table_name, query, constrain_primary, context_type, context_value, operations, enabled, version)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7, ?8, ?9, ?10)
