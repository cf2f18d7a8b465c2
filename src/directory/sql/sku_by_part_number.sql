-- ?1 part number: key, id, seats taken. Index: unique part_number.
SELECT s.key, s.id, s.taken FROM sku s WHERE s.part_number = ?1
