-- External resource types (6.1): what other programs ask about and no table of the environment holds. A policy judges the question, and
-- searches look through the entities that are stored of a type.
CREATE TABLE externaltype (
	key     INTEGER PRIMARY KEY,
	id      BLOB NOT NULL UNIQUE,
	name    TEXT NOT NULL UNIQUE,
	policy  TEXT,                 -- data/external_policy.h; null: nothing is allowed
	actions TEXT,                 -- names, separated by commas: those that a search for actions tries
	enabled INTEGER NOT NULL,
	version INTEGER NOT NULL
) STRICT;

CREATE TABLE externalentity (
	key        INTEGER PRIMARY KEY,
	id         BLOB NOT NULL UNIQUE,
	type       INTEGER NOT NULL REFERENCES externaltype (key),
	name       TEXT NOT NULL,     -- its id in questions
	properties TEXT,              -- a JSON object
	version    INTEGER NOT NULL,
	UNIQUE (type, name)
) STRICT;
CREATE INDEX externalentity_type ON externalentity (type);

CREATE VIEW sys_externaltype AS
SELECT key, id, version, 0 AS owner, 0 AS unit, name, policy, actions, enabled AS isenabled FROM externaltype;

CREATE VIEW sys_externalentity AS
SELECT e.key, e.id, e.version, 0 AS owner, 0 AS unit, e.name, t.id AS externaltypeid, e.properties
FROM externalentity AS e JOIN externaltype AS t ON t.key = e.type;
