-- Notes up to a time are dropped: what happened until then is not known any more. ?1 table ?2 time ?3 now. Index: the primary key.
UPDATE tracked SET time = ?3, floor = max(floor, coalesce((SELECT max(version) FROM row_note WHERE tbl = ?1 AND time < ?2), 0)) WHERE tbl = ?1
