-- One key. ?1 number. Index: the rowid.
DELETE FROM meta_key WHERE number = ?1
