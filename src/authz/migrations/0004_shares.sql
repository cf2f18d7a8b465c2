-- Shares of rows with users and teams (1.8): explicit ones only. mask: bits 1 << (PrivilegeType - 1), never Create.
-- Deleting a principal ends its shares here; a row's end with the row (src/data/row_store.c), a table's with the table.
CREATE TABLE share (
	tbl       INTEGER NOT NULL,   -- table ordinal
	principal INTEGER NOT NULL REFERENCES principal (key) ON DELETE CASCADE,
	obj       INTEGER NOT NULL,   -- key of the row in its table
	mask      INTEGER NOT NULL CHECK (mask BETWEEN 2 AND 254),
	PRIMARY KEY (tbl, principal, obj)
) STRICT, WITHOUT ROWID;
CREATE INDEX share_row ON share (tbl, obj, principal, mask);
CREATE INDEX share_principal ON share (principal);
