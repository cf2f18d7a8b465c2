CREATE TABLE tenant (
	key INTEGER PRIMARY KEY,
	id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
	display_name TEXT NOT NULL,
	state INTEGER NOT NULL, -- 0 being made, 1 active, 2 suspended
	created_ms INTEGER NOT NULL
) STRICT;

-- A domain belongs to one tenant of the installation. The first one is the initial domain.
CREATE TABLE tenant_domain (
	name TEXT PRIMARY KEY,
	tenant_key INTEGER NOT NULL REFERENCES tenant (key),
	position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX tenant_domain_by_tenant ON tenant_domain (tenant_key, position);

CREATE TABLE environment (
	key INTEGER PRIMARY KEY,
	id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
	tenant_key INTEGER NOT NULL REFERENCES tenant (key),
	unique_name TEXT NOT NULL UNIQUE,
	display_name TEXT NOT NULL,
	state INTEGER NOT NULL, -- 0 being made, 1 ready, 2 administration, 3 disabled
	created_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX environment_by_tenant ON environment (tenant_key, unique_name);

CREATE TABLE IF NOT EXISTS audit_outbox (n INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;
