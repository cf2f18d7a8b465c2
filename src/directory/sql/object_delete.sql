-- Removes the object and what hangs on it (cascades). ?1 key.
DELETE FROM directory_object WHERE key = ?1
