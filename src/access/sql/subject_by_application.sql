-- An application user by its application id. ?1 application id. One row or none. Index: unique application_id.
SELECT key FROM systemuser WHERE application_id = ?1
