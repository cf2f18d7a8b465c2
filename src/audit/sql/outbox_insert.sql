-- Why: an event joins the transaction of the change it tells of.
-- Parameters: 1 draft. Rows: none. Index: primary key.
INSERT INTO audit_outbox (body) VALUES (?1)
