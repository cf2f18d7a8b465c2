-- Synchronization takes access away or gives it back. ?1 key ?2 1 lost, 0 regained.
UPDATE systemuser SET disabled = ?2, access_lost = ?2 WHERE key = ?1
