-- The masks of columns, in order of MetadataId. Few rows: a scan.
SELECT a.column_id, r.expression, r.mask FROM attributemaskingrule AS a JOIN maskingrule AS r ON r.key = a.rule ORDER BY a.column_id
