-- Roles that are held as the instance of another unit than the holder's. One row. A scan.
SELECT count(*) FROM principalrole AS r JOIN principal AS p ON p.key = r.principal WHERE r.unit <> p.unit
