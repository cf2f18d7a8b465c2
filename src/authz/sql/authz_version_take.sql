-- A changed row takes the environment's next version number (its ETag). One row.
UPDATE meta_state SET row_version = row_version + 1 WHERE one = 1 RETURNING row_version
