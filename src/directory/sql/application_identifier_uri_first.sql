-- ?1 application key. Row: uri.
SELECT uri FROM application_identifier_uri WHERE application_key = ?1 ORDER BY position LIMIT 1
