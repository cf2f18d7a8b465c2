-- Masking of secured columns (1.12): rules, which column has which, and who may read beneath.
CREATE TABLE maskingrule (
	key          INTEGER PRIMARY KEY,
	id           BLOB NOT NULL UNIQUE,
	name         TEXT NOT NULL COLLATE NOCASE,
	display_name TEXT,
	expression   TEXT NOT NULL,
	mask         TEXT NOT NULL,
	version      INTEGER NOT NULL
) STRICT;

CREATE TABLE attributemaskingrule (
	key         INTEGER PRIMARY KEY,
	id          BLOB NOT NULL UNIQUE,
	unique_name TEXT NOT NULL UNIQUE COLLATE NOCASE,
	rule        INTEGER NOT NULL REFERENCES maskingrule (key),
	column_id   BLOB NOT NULL UNIQUE,
	tbl         INTEGER NOT NULL,   -- table ordinal
	table_name  TEXT NOT NULL,
	column_name TEXT NOT NULL,
	version     INTEGER NOT NULL
) STRICT;
CREATE INDEX attributemaskingrule_rule ON attributemaskingrule (rule);

-- canreadunmasked: 0 no, 1 of one row at a time, 3 of all rows.
ALTER TABLE fieldpermission ADD COLUMN unmasked INTEGER NOT NULL DEFAULT 0 CHECK (unmasked IN (0, 1, 3));

CREATE VIEW sys_maskingrule AS
SELECT key, id, version, 0 AS owner, 0 AS unit, name, display_name AS displayname, expression AS regularexpression, mask AS maskedcharacter
FROM maskingrule;

CREATE VIEW sys_attributemaskingrule AS
SELECT a.key, a.id, a.version, 0 AS owner, 0 AS unit, a.unique_name AS uniquename, a.table_name AS entityname,
       a.column_name AS attributelogicalname, r.id AS maskingruleid
FROM attributemaskingrule AS a JOIN maskingrule AS r ON r.key = a.rule;

DROP VIEW sys_fieldpermission;
CREATE VIEW sys_fieldpermission AS
SELECT p.key, p.id, p.version, 0 AS owner, 0 AS unit, p.table_name AS entityname, p.column_name AS attributelogicalname,
       f.id AS fieldsecurityprofileid, (p.rights & 1) * 4 AS canread, (p.rights >> 1 & 1) * 4 AS cancreate,
       (p.rights >> 2 & 1) * 4 AS canupdate, p.unmasked AS canreadunmasked
FROM fieldpermission AS p JOIN fieldsecurityprofile AS f ON f.key = p.profile;
