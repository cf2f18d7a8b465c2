-- Alternate keys (unique indexes t_<table>_k_<number>) and many-to-many relationships (tables n_<number>).

CREATE TABLE meta_key (
	number       INTEGER PRIMARY KEY,
	tbl          INTEGER NOT NULL REFERENCES meta_table (ordinal),
	id           BLOB NOT NULL UNIQUE,
	logical_name TEXT NOT NULL,
	schema_name  TEXT NOT NULL,
	display_name TEXT NOT NULL,
	columns      TEXT NOT NULL,      -- logical names, separated by blanks
	UNIQUE (tbl, logical_name)
) STRICT;

CREATE TABLE meta_association (
	number      INTEGER PRIMARY KEY,
	id          BLOB NOT NULL UNIQUE,
	schema_name TEXT NOT NULL UNIQUE COLLATE NOCASE,
	pairs       TEXT NOT NULL,
	first       INTEGER NOT NULL REFERENCES meta_table (ordinal),
	second      INTEGER NOT NULL REFERENCES meta_table (ordinal),
	first_nav   TEXT NOT NULL,
	second_nav  TEXT NOT NULL
) STRICT;
