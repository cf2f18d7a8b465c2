-- Lines idle past their end for a day, a few at a time. ?1 the moment. Index refresh_family_by_idle.
DELETE FROM refresh_family WHERE id IN (SELECT id FROM refresh_family WHERE idle_until < ?1 LIMIT 20)
