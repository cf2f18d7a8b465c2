-- An external type that is enabled. ?1 name. One row or none. Index: unique name.
SELECT key, policy, actions FROM externaltype WHERE name = ?1 AND enabled = 1
