-- The team's own part. ?1 key ?2 type ?3 is default ?4 unit of a default team, else null ?5 administrator ?6 directory group ?7 membership type, or null.
INSERT INTO team (key, type, is_default, unit, administrator, object_id, membership_type) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
