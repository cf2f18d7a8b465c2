-- The user row of a person. ?1 directory object id. One row or none. Index: unique object_id.
SELECT key FROM systemuser WHERE object_id = ?1
