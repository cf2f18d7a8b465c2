-- Is it the team of a row? ?1 key. One row: 0 or 1.
SELECT template IS NOT NULL FROM team WHERE key = ?1
