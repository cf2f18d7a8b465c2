-- ?1 key ?2 name ?3 query ?4 constrain primary ?5 context type ?6 context value ?7 operations ?8 enabled ?9 version.
UPDATE rowpolicy SET name = ?2, query = ?3, constrain_primary = ?4, context_type = ?5, context_value = ?6, operations = ?7, enabled = ?8,
	version = ?9 WHERE key = ?1
