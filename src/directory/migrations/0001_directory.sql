-- The tenant's people, groups, applications and what they may do. Times are milliseconds since 1970; ids are 16 octets.
-- Every object that can be a member, a principal or a resource has a row in directory_object, and shares its key with the
-- row of its own table: foreign keys then hold for all kinds, and deleting the object removes what hangs on it.

CREATE TABLE tenant(
    id           BLOB PRIMARY KEY CHECK(length(id) = 16),
    display_name TEXT NOT NULL,
    origin       TEXT NOT NULL,
    created      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE domain(
    name       TEXT PRIMARY KEY COLLATE NOCASE,
    is_default INTEGER NOT NULL,
    is_initial INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE directory_object(
    key  INTEGER PRIMARY KEY AUTOINCREMENT,            -- never used again
    id   BLOB NOT NULL UNIQUE CHECK(length(id) = 16),
    kind INTEGER NOT NULL CHECK(kind BETWEEN 1 AND 4)  -- 1 user, 2 group, 3 application, 4 service principal
) STRICT;

CREATE TABLE user_account(
    key                 INTEGER PRIMARY KEY REFERENCES directory_object(key) ON DELETE CASCADE,
    user_principal_name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    display_name        TEXT NOT NULL,
    mail_nickname       TEXT,
    given_name          TEXT,
    surname             TEXT,
    mail                TEXT,
    mobile_phone        TEXT,
    street_address      TEXT,
    city                TEXT,
    state               TEXT,
    postal_code         TEXT,
    country             TEXT,
    preferred_language  TEXT,
    birthday            TEXT,
    my_site             TEXT,
    usage_location      TEXT,
    job_title           TEXT,
    department          TEXT,
    employee_id         TEXT,
    business_phones     TEXT NOT NULL,                 -- JSON array of texts
    other_mails         TEXT NOT NULL,                 -- the same
    enabled             INTEGER NOT NULL,
    guest               INTEGER NOT NULL,
    sessions_valid_from INTEGER NOT NULL,
    changed             INTEGER NOT NULL,
    created             INTEGER NOT NULL
) STRICT;
CREATE INDEX user_by_display_name ON user_account(display_name COLLATE NOCASE);

CREATE TABLE credential_password(
    user_key     INTEGER PRIMARY KEY REFERENCES user_account(key) ON DELETE CASCADE,
    phc          TEXT NOT NULL,                        -- argon2id, PHC string format
    force_change INTEGER NOT NULL,
    changed      INTEGER NOT NULL
) STRICT;

CREATE TABLE user_group(
    key              INTEGER PRIMARY KEY REFERENCES directory_object(key) ON DELETE CASCADE,
    display_name     TEXT NOT NULL,
    mail_nickname    TEXT NOT NULL,
    description      TEXT,
    mail_enabled     INTEGER NOT NULL,
    security_enabled INTEGER NOT NULL,
    role_assignable  INTEGER NOT NULL,
    group_types      TEXT NOT NULL,                    -- JSON array of texts
    changed          INTEGER NOT NULL,
    created          INTEGER NOT NULL
) STRICT;

CREATE TABLE group_member(
    group_key  INTEGER NOT NULL REFERENCES user_group(key) ON DELETE CASCADE,
    member_key INTEGER NOT NULL REFERENCES directory_object(key) ON DELETE CASCADE,
    PRIMARY KEY(group_key, member_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX group_member_by_member ON group_member(member_key);

CREATE TABLE group_owner(
    group_key INTEGER NOT NULL REFERENCES user_group(key) ON DELETE CASCADE,
    owner_key INTEGER NOT NULL REFERENCES directory_object(key) ON DELETE CASCADE,
    PRIMARY KEY(group_key, owner_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX group_owner_by_owner ON group_owner(owner_key);

-- The JSON columns are what a client reads back; the tables below are derived from them in the same transaction.
CREATE TABLE application(
    key                      INTEGER PRIMARY KEY REFERENCES directory_object(key) ON DELETE CASCADE,
    app_id                   BLOB NOT NULL UNIQUE CHECK(length(app_id) = 16),
    display_name             TEXT NOT NULL,
    sign_in_audience         TEXT NOT NULL,
    web                      TEXT NOT NULL,            -- JSON objects and arrays
    spa                      TEXT NOT NULL,
    public_client            TEXT NOT NULL,
    identifier_uris          TEXT NOT NULL,
    api                      TEXT NOT NULL,
    app_roles                TEXT NOT NULL,
    required_resource_access TEXT NOT NULL,
    optional_claims          TEXT,
    bwk                      TEXT NOT NULL,
    group_membership_claims  TEXT,
    fallback_public_client   INTEGER NOT NULL,
    built_in                 INTEGER NOT NULL,         -- made and reconciled by us; clients cannot change it
    environment              BLOB,
    changed                  INTEGER NOT NULL,
    created                  INTEGER NOT NULL
) STRICT;

CREATE TABLE application_redirect_uri(
    application_key INTEGER NOT NULL REFERENCES application(key) ON DELETE CASCADE,
    uri             TEXT NOT NULL,
    platform        INTEGER NOT NULL CHECK(platform BETWEEN 1 AND 3), -- 1 web, 2 spa, 3 public client
    PRIMARY KEY(application_key, uri)
) STRICT, WITHOUT ROWID;

CREATE TABLE application_identifier_uri(
    uri             TEXT PRIMARY KEY,
    application_key INTEGER NOT NULL REFERENCES application(key) ON DELETE CASCADE,
    position        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX identifier_uri_by_application ON application_identifier_uri(application_key, position);

CREATE TABLE application_scope(
    application_key     INTEGER NOT NULL REFERENCES application(key) ON DELETE CASCADE,
    id                  BLOB NOT NULL CHECK(length(id) = 16),
    value               TEXT NOT NULL,
    admin_only          INTEGER NOT NULL,
    enabled             INTEGER NOT NULL,
    consent_name        TEXT,
    consent_description TEXT,
    PRIMARY KEY(application_key, id),
    UNIQUE(application_key, value)
) STRICT, WITHOUT ROWID;

CREATE TABLE application_role(
    application_key INTEGER NOT NULL REFERENCES application(key) ON DELETE CASCADE,
    id              BLOB NOT NULL CHECK(length(id) = 16),
    value           TEXT,
    enabled         INTEGER NOT NULL,
    for_users       INTEGER NOT NULL,
    for_apps        INTEGER NOT NULL,
    PRIMARY KEY(application_key, id),
    UNIQUE(application_key, value)
) STRICT, WITHOUT ROWID;

CREATE TABLE application_secret(
    application_key INTEGER NOT NULL REFERENCES application(key) ON DELETE CASCADE,
    key_id          TEXT NOT NULL,
    digest          BLOB NOT NULL CHECK(length(digest) = 32), -- SHA-256: the secret is 256 random bits
    hint            TEXT NOT NULL,
    display_name    TEXT,
    starts          INTEGER NOT NULL,
    ends            INTEGER NOT NULL,
    PRIMARY KEY(application_key, key_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE service_principal(
    key                 INTEGER PRIMARY KEY REFERENCES directory_object(key) ON DELETE CASCADE,
    application_key     INTEGER NOT NULL UNIQUE REFERENCES application(key) ON DELETE CASCADE,
    enabled             INTEGER NOT NULL,
    assignment_required INTEGER NOT NULL,
    created             INTEGER NOT NULL
) STRICT;
-- Deleting an application deletes its service principal's object as well.
CREATE TRIGGER application_gone BEFORE DELETE ON application BEGIN
    DELETE FROM directory_object WHERE key IN (SELECT key FROM service_principal WHERE application_key = OLD.key);
END;

CREATE TABLE permission_grant(
    key           INTEGER PRIMARY KEY,
    id            BLOB NOT NULL UNIQUE CHECK(length(id) = 16),
    client_key    INTEGER NOT NULL REFERENCES service_principal(key) ON DELETE CASCADE,
    resource_key  INTEGER NOT NULL REFERENCES service_principal(key) ON DELETE CASCADE,
    principal_key INTEGER REFERENCES user_account(key) ON DELETE CASCADE, -- null: everybody
    scope         TEXT NOT NULL,                       -- " a b c ", with a blank at both ends
    created       INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX permission_grant_once ON permission_grant(client_key, resource_key, ifnull(principal_key, 0));
CREATE INDEX permission_grant_by_resource ON permission_grant(resource_key);
CREATE INDEX permission_grant_by_principal ON permission_grant(principal_key);

CREATE TABLE app_role_assignment(
    key           INTEGER PRIMARY KEY,
    id            BLOB NOT NULL UNIQUE CHECK(length(id) = 16),
    principal_key INTEGER NOT NULL REFERENCES directory_object(key) ON DELETE CASCADE,
    resource_key  INTEGER NOT NULL REFERENCES service_principal(key) ON DELETE CASCADE,
    app_role_id   BLOB NOT NULL CHECK(length(app_role_id) = 16), -- zeros: access without a role
    created       INTEGER NOT NULL,
    UNIQUE(principal_key, resource_key, app_role_id)
) STRICT;
CREATE INDEX app_role_assignment_by_resource ON app_role_assignment(resource_key);

CREATE TABLE role_assignment(
    key           INTEGER PRIMARY KEY,
    id            BLOB NOT NULL UNIQUE CHECK(length(id) = 16),
    role_template BLOB NOT NULL CHECK(length(role_template) = 16),
    principal_key INTEGER NOT NULL REFERENCES directory_object(key) ON DELETE CASCADE,
    created       INTEGER NOT NULL,
    UNIQUE(role_template, principal_key)
) STRICT;
CREATE INDEX role_assignment_by_principal ON role_assignment(principal_key);
