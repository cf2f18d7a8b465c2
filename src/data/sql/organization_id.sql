-- The environment's one organization row. One row.
SELECT id FROM sys_organization
