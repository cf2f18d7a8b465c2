-- Does this database have its first content? One row or none.
SELECT 1 FROM organization WHERE one = 1
