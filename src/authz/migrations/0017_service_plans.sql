-- What the service plans of licences leave of the rights in this environment (1.10). A plan without a row bounds nothing.
CREATE TABLE service_plan (
	key     INTEGER PRIMARY KEY,
	id      BLOB NOT NULL UNIQUE,   -- the directory's servicePlanId
	name    TEXT NOT NULL COLLATE NOCASE,
	bounds  TEXT NOT NULL,          -- JSON, see authz/service_plan.h
	version INTEGER NOT NULL
) STRICT;

CREATE VIEW sys_serviceplan AS
SELECT key, id, version, 0 AS owner, 0 AS unit, name, bounds FROM service_plan;
