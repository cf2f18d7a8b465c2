-- Non-interactive people, of whom an environment has few. One row.
SELECT count(*) FROM systemuser WHERE access_mode = 4 AND application_id IS NULL
