-- ?1 application key. Row: count.
SELECT count(*) FROM application_secret WHERE application_key = ?1
