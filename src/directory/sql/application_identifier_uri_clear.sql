-- Derived rows are written anew with each change. ?1 application key.
DELETE FROM application_identifier_uri WHERE application_key = ?1
