-- ?1 id ?2 name ?3 display name ?4 expression ?5 mask ?6 version.
INSERT INTO maskingrule (id, name, display_name, expression, mask, version) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
