-- The instances of the roles that a principal holds. ?1 principal. Index: primary keys.
SELECT i.key FROM principalrole AS h JOIN roleinstance AS i ON i.role = h.role AND i.unit = h.unit WHERE h.principal = ?1 ORDER BY i.key
