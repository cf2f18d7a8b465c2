-- ?1 id ?2 name ?3 table ?4 its name ?5 query ?6 constrain primary ?7 context type ?8 context value ?9 operations ?10 enabled ?11 version
-- ?12 not exists ?13 forced ?14 explanation.
INSERT INTO rowpolicy (id, name, tbl, table_name, query, constrain_primary, context_type, context_value, operations, enabled, version, not_exists,
	forced, explanation)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
