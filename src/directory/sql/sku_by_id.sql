-- ?1 sku id: key, part number, seats, seats taken. Index: unique id, licence_by_sku.
SELECT s.key, s.part_number, s.seats, (SELECT count(*) FROM licence WHERE sku_key = s.key) FROM sku s WHERE s.id = ?1
