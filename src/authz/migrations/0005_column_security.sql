-- Column security (1.12): profiles, what each permits, and who has them. rights: bits 1 read, 2 create, 4 update.
CREATE TABLE fieldsecurityprofile (
	key         INTEGER PRIMARY KEY,
	id          BLOB NOT NULL UNIQUE,
	name        TEXT NOT NULL COLLATE NOCASE,
	description TEXT,
	version     INTEGER NOT NULL
) STRICT;
CREATE INDEX fieldsecurityprofile_name ON fieldsecurityprofile (name, key);

-- column_id is the column's MetadataId: a column made anew under an old name has another.
CREATE TABLE fieldpermission (
	key       INTEGER PRIMARY KEY,
	id        BLOB NOT NULL UNIQUE,
	profile   INTEGER NOT NULL REFERENCES fieldsecurityprofile (key) ON DELETE CASCADE,
	column_id BLOB NOT NULL,
	tbl       INTEGER NOT NULL,   -- table ordinal
	table_name  TEXT NOT NULL,
	column_name TEXT NOT NULL,
	rights    INTEGER NOT NULL CHECK (rights BETWEEN 0 AND 7),
	version   INTEGER NOT NULL,
	UNIQUE (profile, column_id)
) STRICT;
CREATE INDEX fieldpermission_column ON fieldpermission (column_id);
CREATE INDEX fieldpermission_table ON fieldpermission (tbl);

CREATE TABLE principalprofile (
	principal INTEGER NOT NULL REFERENCES principal (key) ON DELETE CASCADE,
	profile   INTEGER NOT NULL REFERENCES fieldsecurityprofile (key) ON DELETE CASCADE,
	PRIMARY KEY (principal, profile)
) STRICT, WITHOUT ROWID;
CREATE INDEX principalprofile_profile ON principalprofile (profile, principal);

CREATE VIEW sys_fieldsecurityprofile AS
SELECT key, id, version, 0 AS owner, 0 AS unit, name, description FROM fieldsecurityprofile;

CREATE VIEW sys_fieldpermission AS
SELECT p.key, p.id, p.version, 0 AS owner, 0 AS unit, p.table_name AS entityname, p.column_name AS attributelogicalname,
       f.id AS fieldsecurityprofileid, (p.rights & 1) * 4 AS canread, (p.rights >> 1 & 1) * 4 AS cancreate,
       (p.rights >> 2 & 1) * 4 AS canupdate, 0 AS canreadunmasked
FROM fieldpermission AS p JOIN fieldsecurityprofile AS f ON f.key = p.profile;
