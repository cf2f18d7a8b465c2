-- The live secrets. ?1 application key, ?2 now. Row: digest.
SELECT digest FROM application_secret WHERE application_key = ?1 AND starts <= ?2 AND ends > ?2
