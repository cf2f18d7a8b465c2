-- Domains that the facts no longer name. ?1 JSON array of names.
DELETE FROM domain WHERE name NOT IN (SELECT value FROM json_each(?1))
