-- ?1 id, ?2 part number, ?3 seats, ?4 time.
INSERT INTO sku(id, part_number, seats, created) VALUES(?1, ?2, ?3, ?4)
