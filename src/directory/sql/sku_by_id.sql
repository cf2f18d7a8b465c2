-- ?1 sku id: key, part number, seats, seats taken. Index: unique id.
SELECT s.key, s.part_number, s.seats, s.taken FROM sku s WHERE s.id = ?1
