-- ?1 key. One row.
SELECT name, policy, actions, enabled FROM externaltype WHERE key = ?1
