-- ?1 key ?2 name ?3 query ?4 constrain primary ?5 context type ?6 context value ?7 operations ?8 enabled ?9 version ?10 not exists ?11 forced
-- ?12 explanation.
UPDATE rowpolicy SET name = ?2, query = ?3, constrain_primary = ?4, context_type = ?5, context_value = ?6, operations = ?7, enabled = ?8,
	version = ?9, not_exists = ?10, forced = ?11, explanation = ?12 WHERE key = ?1
