-- Licences of groups (identity 1.5): what a group has, and what of it each direct member got. A member has all products of a group or none:
-- `error` is why none, the same in all rows of a member and a group (directory/group_licence.h). sku.locations: where the product may be
-- used, "DE,FR"; null: everywhere.
ALTER TABLE sku ADD COLUMN locations TEXT;

CREATE TABLE group_licence(
    key       INTEGER PRIMARY KEY,
    group_key INTEGER NOT NULL REFERENCES user_group(key),
    sku_key   INTEGER NOT NULL REFERENCES sku(key),
    assigned  INTEGER NOT NULL,
    UNIQUE(group_key, sku_key)
) STRICT;
CREATE INDEX group_licence_by_sku ON group_licence(sku_key);

CREATE TABLE group_licence_plan_off(
    licence_key INTEGER NOT NULL REFERENCES group_licence(key) ON DELETE CASCADE,
    plan_key    INTEGER NOT NULL REFERENCES service_plan(key),
    PRIMARY KEY(licence_key, plan_key)
) STRICT, WITHOUT ROWID;

CREATE TABLE inherited_licence(
    user_key    INTEGER NOT NULL REFERENCES user_account(key) ON DELETE CASCADE,
    licence_key INTEGER NOT NULL REFERENCES group_licence(key) ON DELETE CASCADE,
    sku_key     INTEGER NOT NULL,                           -- the licence's
    error       INTEGER NOT NULL CHECK(error IN (0, 1, 2)), -- 0 active, 1 no seat, 2 not at this usage location
    assigned    INTEGER NOT NULL,
    PRIMARY KEY(user_key, licence_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX inherited_licence_by_licence ON inherited_licence(licence_key);

-- Who leaves a group leaves its licences.
CREATE TRIGGER inherited_licence_member_gone AFTER DELETE ON group_member BEGIN
    DELETE FROM inherited_licence WHERE user_key = OLD.member_key
        AND licence_key IN (SELECT key FROM group_licence WHERE group_key = OLD.group_key);
END;

-- One seat for a person and a product, however many ways lead to it. Counted, so that giving one does not count all.
ALTER TABLE sku ADD COLUMN taken INTEGER NOT NULL DEFAULT 0;
CREATE TABLE seat(
    user_key INTEGER NOT NULL,
    sku_key  INTEGER NOT NULL,
    ways     INTEGER NOT NULL,
    PRIMARY KEY(user_key, sku_key)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER seat_in AFTER INSERT ON seat BEGIN UPDATE sku SET taken = taken + 1 WHERE key = NEW.sku_key; END;
CREATE TRIGGER seat_gone AFTER DELETE ON seat BEGIN UPDATE sku SET taken = taken - 1 WHERE key = OLD.sku_key; END;
CREATE TRIGGER seat_direct_in AFTER INSERT ON licence BEGIN
    INSERT INTO seat VALUES(NEW.user_key, NEW.sku_key, 1) ON CONFLICT DO UPDATE SET ways = ways + 1;
END;
CREATE TRIGGER seat_direct_gone AFTER DELETE ON licence BEGIN
    UPDATE seat SET ways = ways - 1 WHERE user_key = OLD.user_key AND sku_key = OLD.sku_key;
    DELETE FROM seat WHERE user_key = OLD.user_key AND sku_key = OLD.sku_key AND ways = 0;
END;
CREATE TRIGGER seat_inherited_in AFTER INSERT ON inherited_licence WHEN NEW.error = 0 BEGIN
    INSERT INTO seat VALUES(NEW.user_key, NEW.sku_key, 1) ON CONFLICT DO UPDATE SET ways = ways + 1;
END;
CREATE TRIGGER seat_inherited_gone AFTER DELETE ON inherited_licence WHEN OLD.error = 0 BEGIN
    UPDATE seat SET ways = ways - 1 WHERE user_key = OLD.user_key AND sku_key = OLD.sku_key;
    DELETE FROM seat WHERE user_key = OLD.user_key AND sku_key = OLD.sku_key AND ways = 0;
END;
INSERT INTO seat SELECT user_key, sku_key, 1 FROM licence;

-- A plan that some way leaves on, and since when.
CREATE VIEW plan_in_effect(user_key, sku_key, plan_key, assigned) AS
    SELECT l.user_key, l.sku_key, x.plan_key, l.assigned FROM licence l JOIN sku_plan x ON x.sku_key = l.sku_key
        WHERE NOT EXISTS (SELECT 1 FROM licence_plan_off o WHERE o.licence_key = l.key AND o.plan_key = x.plan_key)
    UNION ALL SELECT i.user_key, i.sku_key, x.plan_key, i.assigned
        FROM inherited_licence i JOIN sku_plan x ON x.sku_key = i.sku_key
        WHERE i.error = 0 AND NOT EXISTS (SELECT 1 FROM group_licence_plan_off o WHERE o.licence_key = i.licence_key AND o.plan_key = x.plan_key);

CREATE TRIGGER person_epoch_inherited_in AFTER INSERT ON inherited_licence BEGIN UPDATE person_epoch SET n = n + 1; END;
CREATE TRIGGER person_epoch_inherited_gone AFTER DELETE ON inherited_licence BEGIN UPDATE person_epoch SET n = n + 1; END;
CREATE TRIGGER person_epoch_group_off_in AFTER INSERT ON group_licence_plan_off BEGIN UPDATE person_epoch SET n = n + 1; END;
CREATE TRIGGER person_epoch_group_off_gone AFTER DELETE ON group_licence_plan_off BEGIN UPDATE person_epoch SET n = n + 1; END;
