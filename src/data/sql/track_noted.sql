-- Has something happened to rows since a version, of a kind from 2 to ?3? ?1 table ?2 version. Index: the primary key.
SELECT EXISTS (SELECT 1 FROM row_note WHERE tbl = ?1 AND version > ?2 AND kind BETWEEN 2 AND ?3)
