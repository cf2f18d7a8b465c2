-- A user's or team's version. ?1 key ?2 version.
UPDATE principal SET version = ?2 WHERE key = ?1
