-- A job is over. ?1 key ?2 status ?3 message ?4 time ?5 version ?6 rows changed. Index: the primary key.
UPDATE job SET state = 3, status = ?2, message = ?3, completed = ?4, started = ifnull(started, ?4), version = ?5, done = ?6 WHERE key = ?1
