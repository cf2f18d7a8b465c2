-- What can change of a column. ?1 table's ordinal ?2 MetadataId ?3 display name ?4 flags ?5 options. Index: the unique id.
UPDATE meta_column SET display_name = ?3, flags = ?4, options = ?5 WHERE tbl = ?1 AND id = ?2
