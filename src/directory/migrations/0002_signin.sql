-- Sign-in: sessions, authorization codes, refresh token families, lockout counters. Times are milliseconds since 1970.
-- Secrets that a browser or client holds stand here only as SHA-256: they are 256 random bits.

-- Keys that must outlive a change of the database key: the one that makes pairwise subjects.
CREATE TABLE signin_secret(
    name  TEXT PRIMARY KEY,
    value BLOB NOT NULL CHECK(length(value) = 32)
) STRICT, WITHOUT ROWID;

CREATE TABLE signin_session(
    id          BLOB PRIMARY KEY CHECK(length(id) = 16),
    cookie_hash BLOB NOT NULL UNIQUE CHECK(length(cookie_hash) = 32),
    user_key    INTEGER NOT NULL REFERENCES user_account(key) ON DELETE CASCADE,
    auth_time   INTEGER NOT NULL,
    methods     TEXT NOT NULL,             -- "pwd": amr values, comma-separated
    persistent  INTEGER NOT NULL,
    created     INTEGER NOT NULL,
    used        INTEGER NOT NULL,          -- moved at most once a minute
    idle_ms     INTEGER NOT NULL,
    ends        INTEGER NOT NULL,
    address     BLOB NOT NULL CHECK(length(address) = 16)
) STRICT, WITHOUT ROWID;
CREATE INDEX signin_session_by_user ON signin_session(user_key);
CREATE INDEX signin_session_by_end ON signin_session(ends);

-- A code lives 60 s; its row stays a day, so that a second use is recognised and what the first one gave is revoked.
CREATE TABLE authorization_code(
    hash           BLOB PRIMARY KEY CHECK(length(hash) = 32),
    client         BLOB NOT NULL CHECK(length(client) = 16),   -- appId
    platform       INTEGER NOT NULL,
    user_key       INTEGER NOT NULL REFERENCES user_account(key) ON DELETE CASCADE,
    session        BLOB NOT NULL CHECK(length(session) = 16),
    redirect_uri   TEXT NOT NULL,
    redirect_sent  INTEGER NOT NULL,
    challenge      BLOB,
    nonce          TEXT,
    scope          TEXT NOT NULL,                              -- as granted
    auth_time      INTEGER NOT NULL,
    methods        TEXT NOT NULL,
    client_info    INTEGER NOT NULL,
    created        INTEGER NOT NULL,
    ends           INTEGER NOT NULL,
    used           INTEGER,
    family         BLOB,                                       -- what the first use gave
    access_uti     TEXT,
    access_ends    INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX authorization_code_by_end ON authorization_code(ends);

CREATE TABLE refresh_family(
    id             BLOB PRIMARY KEY CHECK(length(id) = 16),
    client         BLOB NOT NULL CHECK(length(client) = 16),
    platform       INTEGER NOT NULL,
    user_key       INTEGER NOT NULL REFERENCES user_account(key) ON DELETE CASCADE,
    session        BLOB NOT NULL CHECK(length(session) = 16),
    standalone     INTEGER NOT NULL,                           -- outlives its session
    scope          TEXT NOT NULL,
    nonce          TEXT,
    auth_time      INTEGER NOT NULL,
    methods        TEXT NOT NULL,
    created        INTEGER NOT NULL,
    idle_until     INTEGER NOT NULL,
    ends           INTEGER NOT NULL,
    current_n      INTEGER NOT NULL,
    current_hash   BLOB NOT NULL CHECK(length(current_hash) = 32),
    previous_hash  BLOB,
    previous_spent INTEGER,
    last_response  BLOB,                                       -- sealed; the answer of the last rotation
    revoked        INTEGER,
    revoked_why    TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX refresh_family_by_session ON refresh_family(session);
CREATE INDEX refresh_family_by_user ON refresh_family(user_key);
CREATE INDEX refresh_family_by_idle ON refresh_family(idle_until);

-- Access tokens that must not be accepted although they have not expired.
CREATE TABLE revoked_access_token(
    uti  TEXT PRIMARY KEY,
    ends INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX revoked_access_token_by_end ON revoked_access_token(ends);

CREATE TABLE signin_lockout(
    user_key     INTEGER NOT NULL REFERENCES user_account(key) ON DELETE CASCADE,
    familiar     INTEGER NOT NULL,                             -- 1: devices that have signed in as this person
    failures     INTEGER NOT NULL,
    locked_until INTEGER NOT NULL,
    digests      BLOB NOT NULL CHECK(length(digests) = 48),    -- keyed digests of the last three wrong passwords
    PRIMARY KEY(user_key, familiar)
) STRICT, WITHOUT ROWID;
