-- One many-to-many relationship. ?1 number. Index: the rowid.
DELETE FROM meta_association WHERE number = ?1
