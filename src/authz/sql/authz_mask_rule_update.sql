-- ?1 key ?2 name ?3 display name ?4 expression ?5 mask ?6 version.
UPDATE maskingrule SET name = ?2, display_name = ?3, expression = ?4, mask = ?5, version = ?6 WHERE key = ?1
