-- Shares of single cells (1.12): one column of one row, for a user or team. rights: bits 1 read, 4 update, as fieldpermission.rights.
CREATE TABLE cellshare (
	key       INTEGER PRIMARY KEY,
	id        BLOB NOT NULL UNIQUE,
	tbl       INTEGER NOT NULL,   -- table ordinal
	type_code INTEGER NOT NULL,   -- of that table, as the wire names it
	obj       INTEGER NOT NULL,   -- key of the row in its table
	obj_id    BLOB NOT NULL,
	column_id BLOB NOT NULL,      -- MetadataId
	principal INTEGER NOT NULL REFERENCES principal (key) ON DELETE CASCADE,
	rights    INTEGER NOT NULL CHECK (rights IN (1, 4, 5)),
	version   INTEGER NOT NULL,
	UNIQUE (tbl, obj, column_id, principal)
) STRICT;
CREATE INDEX cellshare_principal ON cellshare (principal);
CREATE INDEX cellshare_column ON cellshare (column_id);

CREATE VIEW sys_principalobjectattributeaccess AS
SELECT c.key, c.id, c.version, 0 AS owner, 0 AS unit, c.column_id AS attributeid, c.obj_id AS objectid, c.type_code AS objecttypecode,
       p.id AS principalid, c.rights & 1 AS readaccess, c.rights >> 2 & 1 AS updateaccess
FROM cellshare AS c JOIN principal AS p ON p.key = c.principal;
