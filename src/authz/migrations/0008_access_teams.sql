-- Access-team templates (1.8): what the team of a row is given. A row's team comes with its first member and goes with the row.
CREATE TABLE teamtemplate (
	key       INTEGER PRIMARY KEY,
	id        BLOB NOT NULL UNIQUE,
	name      TEXT NOT NULL COLLATE NOCASE,
	tbl       INTEGER NOT NULL,   -- table ordinal
	type_code INTEGER NOT NULL,   -- of that table, as the wire names it
	mask      INTEGER NOT NULL CHECK (mask BETWEEN 2 AND 254), -- as share.mask
	version   INTEGER NOT NULL
) STRICT;
CREATE INDEX teamtemplate_table ON teamtemplate (tbl);

ALTER TABLE team ADD COLUMN template INTEGER REFERENCES teamtemplate (key);
ALTER TABLE team ADD COLUMN obj INTEGER;    -- key of the row in the template's table
ALTER TABLE team ADD COLUMN obj_id BLOB;
CREATE UNIQUE INDEX team_of_row ON team (template, obj) WHERE template IS NOT NULL;

ALTER TABLE meta_table ADD COLUMN access_teams INTEGER NOT NULL DEFAULT 0;

-- defaultaccessrightsmask: the sum of the bits of AccessRights (1.4).
CREATE VIEW sys_teamtemplate AS
SELECT key, id, version, 0 AS owner, 0 AS unit, name AS teamtemplatename, type_code AS objecttypecode,
       (mask >> 1 & 1) * 1 + (mask >> 2 & 1) * 2 + (mask >> 3 & 1) * 65536 + (mask >> 4 & 1) * 524288 + (mask >> 5 & 1) * 262144
       + (mask >> 6 & 1) * 4 + (mask >> 7 & 1) * 16 AS defaultaccessrightsmask
FROM teamtemplate;

DROP VIEW sys_team;
CREATE VIEW sys_team AS
SELECT p.key, p.id, p.version, 0 AS owner, p.unit, p.name, t.type AS teamtype, u.id AS businessunitid, a.id AS administratorid,
       t.object_id AS azureactivedirectoryobjectid, t.membership_type AS membershiptype, t.is_default AS isdefault,
       m.id AS teamtemplateid, t.obj_id AS regardingobjectid
FROM team AS t JOIN principal AS p ON p.key = t.key JOIN unit AS u ON u.key = p.unit
LEFT JOIN principal AS a ON a.key = t.administrator LEFT JOIN teamtemplate AS m ON m.key = t.template;
