-- Why: what the pump has not sent over this channel yet, in commit order.
-- Parameters: 1 the number last sent, 2 how many. Rows: n, body. Index: primary key.
SELECT n, body FROM audit_outbox WHERE n > ?1 ORDER BY n LIMIT ?2
