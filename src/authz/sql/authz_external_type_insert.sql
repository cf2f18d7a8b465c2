-- ?1 id ?2 name ?3 policy ?4 actions ?5 enabled ?6 version.
INSERT INTO externaltype (id, name, policy, actions, enabled, version) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
