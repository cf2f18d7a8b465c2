-- What can change of a table. ?1 ordinal ?2 display name ?3 collection name ?4 description ?5 access teams. Index: the rowid.
UPDATE meta_table SET display_name = ?2, display_collection_name = ?3, description = ?4, access_teams = ?5 WHERE ordinal = ?1
