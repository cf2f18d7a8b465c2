-- A table is tracked from now on. ?1 table ?2 time
INSERT INTO tracked (tbl, floor, time) SELECT ?1, row_version, ?2 FROM meta_state
