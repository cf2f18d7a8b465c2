-- The user row of an application. ?1 application id. One row or none. Index: unique application_id.
SELECT key FROM systemuser WHERE application_id = ?1
