-- The collections of the administration as pairs of keys (metadata/builtin.c): what $expand and any/all go through. A role stands there by the
-- instance that is held. Members of directory groups are no rows.
CREATE VIEW pairs_userroles AS
SELECT h.principal AS k0, i.key AS k1 FROM principalrole AS h JOIN principal AS p ON p.key = h.principal AND p.kind = 1
JOIN roleinstance AS i ON i.role = h.role AND i.unit = h.unit;

CREATE VIEW pairs_teamroles AS
SELECT h.principal AS k0, i.key AS k1 FROM principalrole AS h JOIN principal AS p ON p.key = h.principal AND p.kind = 2
JOIN roleinstance AS i ON i.role = h.role AND i.unit = h.unit;

CREATE VIEW pairs_members AS
SELECT team AS k0, user AS k1 FROM teammembership
UNION ALL SELECT t.key, p.key FROM team AS t JOIN principal AS p ON p.unit = t.unit AND p.kind = 1 WHERE t.is_default = 1;

CREATE VIEW pairs_userprofiles AS
SELECT h.principal AS k0, h.profile AS k1 FROM principalprofile AS h JOIN principal AS p ON p.key = h.principal AND p.kind = 1;

CREATE VIEW pairs_teamprofiles AS
SELECT h.principal AS k0, h.profile AS k1 FROM principalprofile AS h JOIN principal AS p ON p.key = h.principal AND p.kind = 2;

-- Many-to-many relationships with administrative tables, which have no row in meta_table.
CREATE TABLE meta_association_anew (
	number      INTEGER PRIMARY KEY,
	id          BLOB NOT NULL UNIQUE,
	schema_name TEXT NOT NULL UNIQUE COLLATE NOCASE,
	pairs       TEXT NOT NULL,
	first       INTEGER NOT NULL,    -- tables' ordinals
	second      INTEGER NOT NULL,
	first_nav   TEXT NOT NULL,
	second_nav  TEXT NOT NULL
) STRICT;
INSERT INTO meta_association_anew SELECT number, id, schema_name, pairs, first, second, first_nav, second_nav FROM meta_association;
DROP TABLE meta_association;
ALTER TABLE meta_association_anew RENAME TO meta_association;
