-- ?1 part number: key, id, seats taken. Index: unique part_number, licence_by_sku.
SELECT s.key, s.id, (SELECT count(*) FROM licence WHERE sku_key = s.key) FROM sku s WHERE s.part_number = ?1
