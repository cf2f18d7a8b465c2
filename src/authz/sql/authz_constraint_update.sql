-- ?1 key ?2 path ?3 forced ?4 explanation ?5 version.
UPDATE rowpolicyconstraint SET path = ?2, forced = ?3, explanation = ?4, version = ?5 WHERE key = ?1
