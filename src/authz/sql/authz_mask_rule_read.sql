-- ?1 key. One row.
SELECT name, display_name, expression, mask FROM maskingrule WHERE key = ?1
