-- ?1 key ?2 name ?3 query ?4 constrain primary ?5 context value ?6 operations ?7 enabled ?8 version.
UPDATE rowpolicy SET name = ?2, query = ?3, constrain_primary = ?4, context_value = ?5, operations = ?6, enabled = ?7, version = ?8 WHERE key = ?1
