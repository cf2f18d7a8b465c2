-- Temporary access passes: a made password of limited life, given to a person by an administrator. One for each person; it is
-- kept as SHA-256 (more than 100 random bits). Times are milliseconds since 1970.
CREATE TABLE access_pass(
    user_key INTEGER PRIMARY KEY REFERENCES user_account(key) ON DELETE CASCADE,
    id       BLOB NOT NULL UNIQUE CHECK(length(id) = 16),
    digest   BLOB NOT NULL CHECK(length(digest) = 32),
    starts   INTEGER NOT NULL,
    ends     INTEGER NOT NULL,
    once     INTEGER NOT NULL,
    used     INTEGER,
    created  INTEGER NOT NULL
) STRICT;
