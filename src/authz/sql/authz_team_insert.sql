-- The team's own part. ?1 key ?2 type ?3 is default ?4 unit of a default team, else null ?5 administrator.
INSERT INTO team (key, type, is_default, unit, administrator) VALUES (?1, ?2, ?3, ?4, ?5)
