-- ?1 id ?2 policy ?3 table ?4 its name ?5 path ?6 forced ?7 explanation ?8 version.
INSERT INTO rowpolicyconstraint (id, policy, tbl, table_name, path, forced, explanation, version) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
