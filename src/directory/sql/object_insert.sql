-- ?1 id, ?2 kind. The rowid is the object's key.
INSERT INTO directory_object(id, kind) VALUES(?1, ?2)
