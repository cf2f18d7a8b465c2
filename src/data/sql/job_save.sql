-- Where a job stands. ?1 key ?2 phase ?3 definitions ?4 at ?5 link ?6 after ?7 listed ?8 done ?9 message ?10 time ?11 version. Index: the primary key.
UPDATE job SET phase = ?2, definitions = ?3, at = ?4, link = ?5, after = ?6, listed = ?7, done = ?8, message = ?9, state = 2, status = 20,
	started = ifnull(started, ?10), version = ?11 WHERE key = ?1
