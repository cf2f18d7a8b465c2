-- The next versionnumber of the environment. One row. Index: the primary key.
UPDATE meta_state SET row_version = row_version + 1 WHERE one = 1 RETURNING row_version
