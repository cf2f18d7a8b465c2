-- A new column; its number is one more than the table's greatest. ?1 table ... in the order of the columns.
INSERT INTO meta_column (tbl, number, id, logical_name, schema_name, display_name, type, flags, length_max, precision, min, max,
	navigation, target, options)
VALUES (?1, (SELECT coalesce(max(number), 0) + 1 FROM meta_column WHERE tbl = ?1), ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
RETURNING number
