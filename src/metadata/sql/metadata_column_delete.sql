-- One column. ?1 table's ordinal ?2 MetadataId. Index: the unique id.
DELETE FROM meta_column WHERE tbl = ?1 AND id = ?2
