-- What can change of a column. ?1 table's ordinal ?2 MetadataId ?3 display name ?4 flags. Index: the unique id.
UPDATE meta_column SET display_name = ?3, flags = ?4 WHERE tbl = ?1 AND id = ?2
