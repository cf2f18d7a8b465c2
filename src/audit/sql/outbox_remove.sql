-- Why: the recorder has them. The highest row always stays (the caller asks for less than it), so numbers are never used twice.
-- Parameters: 1 the first number to keep. Rows: none. Index: primary key.
DELETE FROM audit_outbox WHERE n < ?1
