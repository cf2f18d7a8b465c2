-- A user's or team's name and version. ?1 key ?2 name ?3 version.
UPDATE principal SET name = ?2, version = ?3 WHERE key = ?1
