-- Users in order of their ids, from one on. ?1 id ?2 limit. Index: the unique id.
SELECT key, id FROM principal WHERE kind = 1 AND id > ?1 ORDER BY id LIMIT ?2
