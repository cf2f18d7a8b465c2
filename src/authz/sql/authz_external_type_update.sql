-- ?1 key ?2 policy ?3 actions ?4 enabled ?5 version.
UPDATE externaltype SET policy = ?2, actions = ?3, enabled = ?4, version = ?5 WHERE key = ?1
