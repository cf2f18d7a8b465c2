-- Derived rows are written anew with each change. ?1 application key.
DELETE FROM application_role WHERE application_key = ?1
