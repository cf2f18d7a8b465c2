-- Every many-to-many relationship, and how many there are. Few rows: a scan.
SELECT number, id, schema_name, pairs, first, second, first_nav, second_nav, count(*) OVER () FROM meta_association ORDER BY number
