-- A person by the directory's object id. ?1 object id. One row or none. Index: unique object_id.
SELECT key FROM systemuser WHERE object_id = ?1 AND application_id IS NULL
