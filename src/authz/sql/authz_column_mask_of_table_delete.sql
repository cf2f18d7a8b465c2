-- ?1 table.
DELETE FROM attributemaskingrule WHERE tbl = ?1
