-- Licences: what the operator sold to the tenant (sku, its plans, its seats) and who has one. A seat is taken by the row of
-- `licence`, whose number is compared with the seats in the same transaction.
CREATE TABLE sku(
    key         INTEGER PRIMARY KEY,
    id          BLOB NOT NULL UNIQUE CHECK(length(id) = 16),
    part_number TEXT NOT NULL UNIQUE COLLATE NOCASE,
    seats       INTEGER NOT NULL CHECK(seats >= 0),
    created     INTEGER NOT NULL
) STRICT;

CREATE TABLE service_plan(
    key  INTEGER PRIMARY KEY,
    id   BLOB NOT NULL UNIQUE CHECK(length(id) = 16),
    name TEXT NOT NULL UNIQUE COLLATE NOCASE
) STRICT;

CREATE TABLE sku_plan(
    sku_key  INTEGER NOT NULL REFERENCES sku(key) ON DELETE CASCADE,
    plan_key INTEGER NOT NULL REFERENCES service_plan(key),
    PRIMARY KEY(sku_key, plan_key)
) STRICT, WITHOUT ROWID;

CREATE TABLE licence(
    key      INTEGER PRIMARY KEY,
    user_key INTEGER NOT NULL REFERENCES user_account(key) ON DELETE CASCADE,
    sku_key  INTEGER NOT NULL REFERENCES sku(key),
    assigned INTEGER NOT NULL,
    UNIQUE(user_key, sku_key)
) STRICT;
CREATE INDEX licence_by_sku ON licence(sku_key);

CREATE TABLE licence_plan_off(
    licence_key INTEGER NOT NULL REFERENCES licence(key) ON DELETE CASCADE,
    plan_key    INTEGER NOT NULL REFERENCES service_plan(key),
    PRIMARY KEY(licence_key, plan_key)
) STRICT, WITHOUT ROWID;

-- Counts every change of what environments ask about a person (directory/person.h): they keep the answers until it moves.
CREATE TABLE person_epoch(
    one INTEGER PRIMARY KEY CHECK(one = 1),
    n   INTEGER NOT NULL
) STRICT;
INSERT INTO person_epoch(one, n) VALUES(1, 1);
CREATE TRIGGER person_epoch_user_in AFTER INSERT ON user_account BEGIN UPDATE person_epoch SET n = n + 1; END;
CREATE TRIGGER person_epoch_user_new AFTER UPDATE OF enabled, user_principal_name, display_name, guest ON user_account
    BEGIN UPDATE person_epoch SET n = n + 1; END;
CREATE TRIGGER person_epoch_user_gone AFTER DELETE ON user_account BEGIN UPDATE person_epoch SET n = n + 1; END;
CREATE TRIGGER person_epoch_member_in AFTER INSERT ON group_member BEGIN UPDATE person_epoch SET n = n + 1; END;
CREATE TRIGGER person_epoch_member_gone AFTER DELETE ON group_member BEGIN UPDATE person_epoch SET n = n + 1; END;
CREATE TRIGGER person_epoch_role_in AFTER INSERT ON role_assignment BEGIN UPDATE person_epoch SET n = n + 1; END;
CREATE TRIGGER person_epoch_role_gone AFTER DELETE ON role_assignment BEGIN UPDATE person_epoch SET n = n + 1; END;
CREATE TRIGGER person_epoch_principal_in AFTER INSERT ON service_principal BEGIN UPDATE person_epoch SET n = n + 1; END;
CREATE TRIGGER person_epoch_principal_gone AFTER DELETE ON service_principal BEGIN UPDATE person_epoch SET n = n + 1; END;
CREATE TRIGGER person_epoch_plan_in AFTER INSERT ON sku_plan BEGIN UPDATE person_epoch SET n = n + 1; END;
CREATE TRIGGER person_epoch_plan_gone AFTER DELETE ON sku_plan BEGIN UPDATE person_epoch SET n = n + 1; END;
CREATE TRIGGER person_epoch_licence_in AFTER INSERT ON licence BEGIN UPDATE person_epoch SET n = n + 1; END;
CREATE TRIGGER person_epoch_licence_gone AFTER DELETE ON licence BEGIN UPDATE person_epoch SET n = n + 1; END;
CREATE TRIGGER person_epoch_off_in AFTER INSERT ON licence_plan_off BEGIN UPDATE person_epoch SET n = n + 1; END;
CREATE TRIGGER person_epoch_off_gone AFTER DELETE ON licence_plan_off BEGIN UPDATE person_epoch SET n = n + 1; END;
