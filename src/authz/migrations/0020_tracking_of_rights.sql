-- Change tracking of the administrative tables (src/data/change_tracking.c): these triggers note what happens to the rows below the
-- views sys_*, in row_note, once somebody has asked. tbl: the ordinal in src/metadata/builtin.c. kind 6: changed, where no version of the
-- row tells. A table that is made anew by a later migration needs its triggers again.

-- Rows of one table each.
CREATE TRIGGER note_organization_made AFTER INSERT ON organization WHEN EXISTS (SELECT 1 FROM tracked WHERE tbl = 1) BEGIN
	UPDATE meta_state SET row_version = row_version + 1;
	INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time)
	SELECT 1, m.row_version, 1, new.id, new.one, 0, 0, 0, unixepoch() FROM meta_state AS m;
END;
CREATE TRIGGER note_organization_changed AFTER UPDATE ON organization WHEN EXISTS (SELECT 1 FROM tracked WHERE tbl = 1) BEGIN
	UPDATE meta_state SET row_version = row_version + 1;
	INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time)
	SELECT 1, m.row_version, 6, new.id, new.one, 0, 0, 0, unixepoch() FROM meta_state AS m;
END;
CREATE TRIGGER note_organization_gone AFTER DELETE ON organization WHEN EXISTS (SELECT 1 FROM tracked WHERE tbl = 1) BEGIN
	UPDATE meta_state SET row_version = row_version + 1;
	INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time)
	SELECT 1, m.row_version, 2, old.id, 0, 0, 0, 0, unixepoch() FROM meta_state AS m;
END;
CREATE TRIGGER note_privilege_made AFTER INSERT ON privilege WHEN EXISTS (SELECT 1 FROM tracked WHERE tbl = 6) BEGIN
	UPDATE meta_state SET row_version = row_version + 1;
	INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time)
	SELECT 6, m.row_version, 1, new.id, new.key, 0, 0, 0, unixepoch() FROM meta_state AS m;
END;
CREATE TRIGGER note_privilege_changed AFTER UPDATE ON privilege WHEN EXISTS (SELECT 1 FROM tracked WHERE tbl = 6) BEGIN
	UPDATE meta_state SET row_version = row_version + 1;
	INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time)
	SELECT 6, m.row_version, 6, new.id, new.key, 0, 0, 0, unixepoch() FROM meta_state AS m;
END;
CREATE TRIGGER note_privilege_gone AFTER DELETE ON privilege WHEN EXISTS (SELECT 1 FROM tracked WHERE tbl = 6) BEGIN
	UPDATE meta_state SET row_version = row_version + 1;
	INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time)
	SELECT 6, m.row_version, 2, old.id, 0, 0, 0, 0, unixepoch() FROM meta_state AS m;
END;
CREATE TRIGGER note_fieldsecurityprofile_made AFTER INSERT ON fieldsecurityprofile WHEN EXISTS (SELECT 1 FROM tracked WHERE tbl = 7) BEGIN
	UPDATE meta_state SET row_version = row_version + 1;
	INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time)
	SELECT 7, m.row_version, 1, new.id, new.key, 0, 0, 0, unixepoch() FROM meta_state AS m;
END;
CREATE TRIGGER note_fieldsecurityprofile_changed AFTER UPDATE ON fieldsecurityprofile WHEN EXISTS (SELECT 1 FROM tracked WHERE tbl = 7) BEGIN
	UPDATE meta_state SET row_version = row_version + 1;
	INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time)
	SELECT 7, m.row_version, 6, new.id, new.key, 0, 0, 0, unixepoch() FROM meta_state AS m;
END;
CREATE TRIGGER note_fieldsecurityprofile_gone AFTER DELETE ON fieldsecurityprofile WHEN EXISTS (SELECT 1 FROM tracked WHERE tbl = 7) BEGIN
	UPDATE meta_state SET row_version = row_version + 1;
	INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time)
	SELECT 7, m.row_version, 2, old.id, 0, 0, 0, 0, unixepoch() FROM meta_state AS m;
END;
CREATE TRIGGER note_fieldpermission_made AFTER INSERT ON fieldpermission WHEN EXISTS (SELECT 1 FROM tracked WHERE tbl = 8) BEGIN
	UPDATE meta_state SET row_version = row_version + 1;
	INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time)
	SELECT 8, m.row_version, 1, new.id, new.key, 0, 0, 0, unixepoch() FROM meta_state AS m;
END;
CREATE TRIGGER note_fieldpermission_changed AFTER UPDATE ON fieldpermission WHEN EXISTS (SELECT 1 FROM tracked WHERE tbl = 8) BEGIN
	UPDATE meta_state SET row_version = row_version + 1;
	INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time)
	SELECT 8, m.row_version, 6, new.id, new.key, 0, 0, 0, unixepoch() FROM meta_state AS m;
END;
CREATE TRIGGER note_fieldpermission_gone AFTER DELETE ON fieldpermission WHEN EXISTS (SELECT 1 FROM tracked WHERE tbl = 8) BEGIN
	UPDATE meta_state SET row_version = row_version + 1;
	INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time)
	SELECT 8, m.row_version, 2, old.id, 0, 0, 0, 0, unixepoch() FROM meta_state AS m;
END;
CREATE TRIGGER note_position_made AFTER INSERT ON position WHEN EXISTS (SELECT 1 FROM tracked WHERE tbl = 9) BEGIN
	UPDATE meta_state SET row_version = row_version + 1;
	INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time)
	SELECT 9, m.row_version, 1, new.id, new.key, 0, 0, 0, unixepoch() FROM meta_state AS m;
END;
CREATE TRIGGER note_position_changed AFTER UPDATE ON position WHEN EXISTS (SELECT 1 FROM tracked WHERE tbl = 9) BEGIN
	UPDATE meta_state SET row_version = row_version + 1;
	INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time)
	SELECT 9, m.row_version, 6, new.id, new.key, 0, 0, 0, unixepoch() FROM meta_state AS m;
END;
CREATE TRIGGER note_position_gone AFTER DELETE ON position WHEN EXISTS (SELECT 1 FROM tracked WHERE tbl = 9) BEGIN
	UPDATE meta_state SET row_version = row_version + 1;
	INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time)
	SELECT 9, m.row_version, 2, old.id, 0, 0, 0, 0, unixepoch() FROM meta_state AS m;
END;
CREATE TRIGGER note_hierarchy_exclusion_made AFTER INSERT ON hierarchy_exclusion WHEN EXISTS (SELECT 1 FROM tracked WHERE tbl = 10) BEGIN
	UPDATE meta_state SET row_version = row_version + 1;
	INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time)
	SELECT 10, m.row_version, 1, new.id, new.key, 0, 0, 0, unixepoch() FROM meta_state AS m;
END;
CREATE TRIGGER note_hierarchy_exclusion_changed AFTER UPDATE ON hierarchy_exclusion WHEN EXISTS (SELECT 1 FROM tracked WHERE tbl = 10) BEGIN
	UPDATE meta_state SET row_version = row_version + 1;
	INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time)
	SELECT 10, m.row_version, 6, new.id, new.key, 0, 0, 0, unixepoch() FROM meta_state AS m;
END;
CREATE TRIGGER note_hierarchy_exclusion_gone AFTER DELETE ON hierarchy_exclusion WHEN EXISTS (SELECT 1 FROM tracked WHERE tbl = 10) BEGIN
	UPDATE meta_state SET row_version = row_version + 1;
	INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time)
	SELECT 10, m.row_version, 2, old.id, 0, 0, 0, 0, unixepoch() FROM meta_state AS m;
END;
CREATE TRIGGER note_teamtemplate_made AFTER INSERT ON teamtemplate WHEN EXISTS (SELECT 1 FROM tracked WHERE tbl = 11) BEGIN
	UPDATE meta_state SET row_version = row_version + 1;
	INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time)
	SELECT 11, m.row_version, 1, new.id, new.key, 0, 0, 0, unixepoch() FROM meta_state AS m;
END;
CREATE TRIGGER note_teamtemplate_changed AFTER UPDATE ON teamtemplate WHEN EXISTS (SELECT 1 FROM tracked WHERE tbl = 11) BEGIN
	UPDATE meta_state SET row_version = row_version + 1;
	INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time)
	SELECT 11, m.row_version, 6, new.id, new.key, 0, 0, 0, unixepoch() FROM meta_state AS m;
END;
CREATE TRIGGER note_teamtemplate_gone AFTER DELETE ON teamtemplate WHEN EXISTS (SELECT 1 FROM tracked WHERE tbl = 11) BEGIN
	UPDATE meta_state SET row_version = row_version + 1;
	INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time)
	SELECT 11, m.row_version, 2, old.id, 0, 0, 0, 0, unixepoch() FROM meta_state AS m;
END;
CREATE TRIGGER note_maskingrule_made AFTER INSERT ON maskingrule WHEN EXISTS (SELECT 1 FROM tracked WHERE tbl = 12) BEGIN
	UPDATE meta_state SET row_version = row_version + 1;
	INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time)
	SELECT 12, m.row_version, 1, new.id, new.key, 0, 0, 0, unixepoch() FROM meta_state AS m;
END;
CREATE TRIGGER note_maskingrule_changed AFTER UPDATE ON maskingrule WHEN EXISTS (SELECT 1 FROM tracked WHERE tbl = 12) BEGIN
	UPDATE meta_state SET row_version = row_version + 1;
	INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time)
	SELECT 12, m.row_version, 6, new.id, new.key, 0, 0, 0, unixepoch() FROM meta_state AS m;
END;
CREATE TRIGGER note_maskingrule_gone AFTER DELETE ON maskingrule WHEN EXISTS (SELECT 1 FROM tracked WHERE tbl = 12) BEGIN
	UPDATE meta_state SET row_version = row_version + 1;
	INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time)
	SELECT 12, m.row_version, 2, old.id, 0, 0, 0, 0, unixepoch() FROM meta_state AS m;
END;
CREATE TRIGGER note_attributemaskingrule_made AFTER INSERT ON attributemaskingrule WHEN EXISTS (SELECT 1 FROM tracked WHERE tbl = 13) BEGIN
	UPDATE meta_state SET row_version = row_version + 1;
	INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time)
	SELECT 13, m.row_version, 1, new.id, new.key, 0, 0, 0, unixepoch() FROM meta_state AS m;
END;
CREATE TRIGGER note_attributemaskingrule_changed AFTER UPDATE ON attributemaskingrule WHEN EXISTS (SELECT 1 FROM tracked WHERE tbl = 13) BEGIN
	UPDATE meta_state SET row_version = row_version + 1;
	INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time)
	SELECT 13, m.row_version, 6, new.id, new.key, 0, 0, 0, unixepoch() FROM meta_state AS m;
END;
CREATE TRIGGER note_attributemaskingrule_gone AFTER DELETE ON attributemaskingrule WHEN EXISTS (SELECT 1 FROM tracked WHERE tbl = 13) BEGIN
	UPDATE meta_state SET row_version = row_version + 1;
	INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time)
	SELECT 13, m.row_version, 2, old.id, 0, 0, 0, 0, unixepoch() FROM meta_state AS m;
END;
CREATE TRIGGER note_cellshare_made AFTER INSERT ON cellshare WHEN EXISTS (SELECT 1 FROM tracked WHERE tbl = 14) BEGIN
	UPDATE meta_state SET row_version = row_version + 1;
	INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time)
	SELECT 14, m.row_version, 1, new.id, new.key, 0, 0, 0, unixepoch() FROM meta_state AS m;
END;
CREATE TRIGGER note_cellshare_changed AFTER UPDATE ON cellshare WHEN EXISTS (SELECT 1 FROM tracked WHERE tbl = 14) BEGIN
	UPDATE meta_state SET row_version = row_version + 1;
	INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time)
	SELECT 14, m.row_version, 6, new.id, new.key, 0, 0, 0, unixepoch() FROM meta_state AS m;
END;
CREATE TRIGGER note_cellshare_gone AFTER DELETE ON cellshare WHEN EXISTS (SELECT 1 FROM tracked WHERE tbl = 14) BEGIN
	UPDATE meta_state SET row_version = row_version + 1;
	INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time)
	SELECT 14, m.row_version, 2, old.id, 0, 0, 0, 0, unixepoch() FROM meta_state AS m;
END;
CREATE TRIGGER note_rowpolicy_made AFTER INSERT ON rowpolicy WHEN EXISTS (SELECT 1 FROM tracked WHERE tbl = 15) BEGIN
	UPDATE meta_state SET row_version = row_version + 1;
	INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time)
	SELECT 15, m.row_version, 1, new.id, new.key, 0, 0, 0, unixepoch() FROM meta_state AS m;
END;
CREATE TRIGGER note_rowpolicy_changed AFTER UPDATE ON rowpolicy WHEN EXISTS (SELECT 1 FROM tracked WHERE tbl = 15) BEGIN
	UPDATE meta_state SET row_version = row_version + 1;
	INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time)
	SELECT 15, m.row_version, 6, new.id, new.key, 0, 0, 0, unixepoch() FROM meta_state AS m;
END;
CREATE TRIGGER note_rowpolicy_gone AFTER DELETE ON rowpolicy WHEN EXISTS (SELECT 1 FROM tracked WHERE tbl = 15) BEGIN
	UPDATE meta_state SET row_version = row_version + 1;
	INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time)
	SELECT 15, m.row_version, 2, old.id, 0, 0, 0, 0, unixepoch() FROM meta_state AS m;
END;
CREATE TRIGGER note_externaltype_made AFTER INSERT ON externaltype WHEN EXISTS (SELECT 1 FROM tracked WHERE tbl = 16) BEGIN
	UPDATE meta_state SET row_version = row_version + 1;
	INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time)
	SELECT 16, m.row_version, 1, new.id, new.key, 0, 0, 0, unixepoch() FROM meta_state AS m;
END;
CREATE TRIGGER note_externaltype_changed AFTER UPDATE ON externaltype WHEN EXISTS (SELECT 1 FROM tracked WHERE tbl = 16) BEGIN
	UPDATE meta_state SET row_version = row_version + 1;
	INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time)
	SELECT 16, m.row_version, 6, new.id, new.key, 0, 0, 0, unixepoch() FROM meta_state AS m;
END;
CREATE TRIGGER note_externaltype_gone AFTER DELETE ON externaltype WHEN EXISTS (SELECT 1 FROM tracked WHERE tbl = 16) BEGIN
	UPDATE meta_state SET row_version = row_version + 1;
	INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time)
	SELECT 16, m.row_version, 2, old.id, 0, 0, 0, 0, unixepoch() FROM meta_state AS m;
END;
CREATE TRIGGER note_externalentity_made AFTER INSERT ON externalentity WHEN EXISTS (SELECT 1 FROM tracked WHERE tbl = 17) BEGIN
	UPDATE meta_state SET row_version = row_version + 1;
	INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time)
	SELECT 17, m.row_version, 1, new.id, new.key, 0, 0, 0, unixepoch() FROM meta_state AS m;
END;
CREATE TRIGGER note_externalentity_changed AFTER UPDATE ON externalentity WHEN EXISTS (SELECT 1 FROM tracked WHERE tbl = 17) BEGIN
	UPDATE meta_state SET row_version = row_version + 1;
	INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time)
	SELECT 17, m.row_version, 6, new.id, new.key, 0, 0, 0, unixepoch() FROM meta_state AS m;
END;
CREATE TRIGGER note_externalentity_gone AFTER DELETE ON externalentity WHEN EXISTS (SELECT 1 FROM tracked WHERE tbl = 17) BEGIN
	UPDATE meta_state SET row_version = row_version + 1;
	INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time)
	SELECT 17, m.row_version, 2, old.id, 0, 0, 0, 0, unixepoch() FROM meta_state AS m;
END;
CREATE TRIGGER note_service_plan_made AFTER INSERT ON service_plan WHEN EXISTS (SELECT 1 FROM tracked WHERE tbl = 18) BEGIN
	UPDATE meta_state SET row_version = row_version + 1;
	INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time)
	SELECT 18, m.row_version, 1, new.id, new.key, 0, 0, 0, unixepoch() FROM meta_state AS m;
END;
CREATE TRIGGER note_service_plan_changed AFTER UPDATE ON service_plan WHEN EXISTS (SELECT 1 FROM tracked WHERE tbl = 18) BEGIN
	UPDATE meta_state SET row_version = row_version + 1;
	INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time)
	SELECT 18, m.row_version, 6, new.id, new.key, 0, 0, 0, unixepoch() FROM meta_state AS m;
END;
CREATE TRIGGER note_service_plan_gone AFTER DELETE ON service_plan WHEN EXISTS (SELECT 1 FROM tracked WHERE tbl = 18) BEGIN
	UPDATE meta_state SET row_version = row_version + 1;
	INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time)
	SELECT 18, m.row_version, 2, old.id, 0, 0, 0, 0, unixepoch() FROM meta_state AS m;
END;

-- Business units: a row lies in itself.
CREATE TRIGGER note_unit_made AFTER INSERT ON unit WHEN EXISTS (SELECT 1 FROM tracked WHERE tbl = 2) BEGIN
	UPDATE meta_state SET row_version = row_version + 1;
	INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time)
	SELECT 2, m.row_version, 1, new.id, new.key, 0, 0, 0, unixepoch() FROM meta_state AS m;
END;
CREATE TRIGGER note_unit_changed AFTER UPDATE ON unit WHEN EXISTS (SELECT 1 FROM tracked WHERE tbl = 2) BEGIN
	UPDATE meta_state SET row_version = row_version + 1;
	INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time)
	SELECT 2, m.row_version, 6, new.id, new.key, 0, 0, 0, unixepoch() FROM meta_state AS m;
END;
CREATE TRIGGER note_unit_gone AFTER DELETE ON unit WHEN EXISTS (SELECT 1 FROM tracked WHERE tbl = 2) BEGIN
	UPDATE meta_state SET row_version = row_version + 1;
	INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time)
	SELECT 2, m.row_version, 2, old.id, 0, 0, old.key, 0, unixepoch() FROM meta_state AS m;
END;

-- Users (kind 1, table 3) and teams (kind 2, table 4): a principal, and what only the one or the other has.
CREATE TRIGGER note_systemuser_made AFTER INSERT ON principal WHEN new.kind = 1 AND EXISTS (SELECT 1 FROM tracked WHERE tbl = 3) BEGIN
	UPDATE meta_state SET row_version = row_version + 1;
	INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time)
	SELECT 3, m.row_version, 1, new.id, new.key, 0, 0, 0, unixepoch() FROM meta_state AS m;
END;
CREATE TRIGGER note_systemuser_gone AFTER DELETE ON principal WHEN old.kind = 1 AND EXISTS (SELECT 1 FROM tracked WHERE tbl = 3) BEGIN
	UPDATE meta_state SET row_version = row_version + 1;
	INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time)
	SELECT 3, m.row_version, 2, old.id, 0, 0, old.unit, 0, unixepoch() FROM meta_state AS m;
END;
CREATE TRIGGER note_systemuser_moved AFTER UPDATE OF unit ON principal WHEN new.kind = 1 AND old.unit <> new.unit AND EXISTS (SELECT 1 FROM tracked WHERE tbl = 3) BEGIN
	UPDATE meta_state SET row_version = row_version + 1;
	INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time)
	SELECT 3, m.row_version, 3, new.id, new.key, 0, old.unit, 0, unixepoch() FROM meta_state AS m;
END;
CREATE TRIGGER note_systemuser_changed AFTER UPDATE ON principal WHEN new.kind = 1 AND EXISTS (SELECT 1 FROM tracked WHERE tbl = 3) BEGIN
	UPDATE meta_state SET row_version = row_version + 1;
	INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time)
	SELECT 3, m.row_version, 6, new.id, new.key, 0, 0, 0, unixepoch() FROM meta_state AS m;
END;
CREATE TRIGGER note_systemuser_more AFTER UPDATE ON systemuser WHEN EXISTS (SELECT 1 FROM tracked WHERE tbl = 3) BEGIN
	UPDATE meta_state SET row_version = row_version + 1;
	INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time)
	SELECT 3, m.row_version, 6, p.id, p.key, 0, 0, 0, unixepoch() FROM meta_state AS m CROSS JOIN principal AS p ON p.key = new.key;
END;
CREATE TRIGGER note_team_made AFTER INSERT ON principal WHEN new.kind = 2 AND EXISTS (SELECT 1 FROM tracked WHERE tbl = 4) BEGIN
	UPDATE meta_state SET row_version = row_version + 1;
	INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time)
	SELECT 4, m.row_version, 1, new.id, new.key, 0, 0, 0, unixepoch() FROM meta_state AS m;
END;
CREATE TRIGGER note_team_gone AFTER DELETE ON principal WHEN old.kind = 2 AND EXISTS (SELECT 1 FROM tracked WHERE tbl = 4) BEGIN
	UPDATE meta_state SET row_version = row_version + 1;
	INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time)
	SELECT 4, m.row_version, 2, old.id, 0, 0, old.unit, 0, unixepoch() FROM meta_state AS m;
END;
CREATE TRIGGER note_team_moved AFTER UPDATE OF unit ON principal WHEN new.kind = 2 AND old.unit <> new.unit AND EXISTS (SELECT 1 FROM tracked WHERE tbl = 4) BEGIN
	UPDATE meta_state SET row_version = row_version + 1;
	INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time)
	SELECT 4, m.row_version, 3, new.id, new.key, 0, old.unit, 0, unixepoch() FROM meta_state AS m;
END;
CREATE TRIGGER note_team_changed AFTER UPDATE ON principal WHEN new.kind = 2 AND EXISTS (SELECT 1 FROM tracked WHERE tbl = 4) BEGIN
	UPDATE meta_state SET row_version = row_version + 1;
	INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time)
	SELECT 4, m.row_version, 6, new.id, new.key, 0, 0, 0, unixepoch() FROM meta_state AS m;
END;
CREATE TRIGGER note_team_more AFTER UPDATE ON team WHEN EXISTS (SELECT 1 FROM tracked WHERE tbl = 4) BEGIN
	UPDATE meta_state SET row_version = row_version + 1;
	INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time)
	SELECT 4, m.row_version, 6, p.id, p.key, 0, 0, 0, unixepoch() FROM meta_state AS m CROSS JOIN principal AS p ON p.key = new.key;
END;

-- Roles are seen as their instances, which have the role's version; an instance's parent changes with the unit's.
CREATE TRIGGER note_role_made AFTER INSERT ON roleinstance WHEN EXISTS (SELECT 1 FROM tracked WHERE tbl = 5) BEGIN
	UPDATE meta_state SET row_version = row_version + 1;
	INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time)
	SELECT 5, m.row_version, 1, new.id, new.key, 0, 0, 0, unixepoch() FROM meta_state AS m;
END;
CREATE TRIGGER note_role_gone AFTER DELETE ON roleinstance WHEN EXISTS (SELECT 1 FROM tracked WHERE tbl = 5) BEGIN
	UPDATE meta_state SET row_version = row_version + 1;
	INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time)
	SELECT 5, m.row_version, 2, old.id, 0, 0, old.unit, 0, unixepoch() FROM meta_state AS m;
END;
CREATE TRIGGER note_role_moved AFTER UPDATE OF parent ON unit WHEN EXISTS (SELECT 1 FROM tracked WHERE tbl = 5) BEGIN
	UPDATE meta_state SET row_version = row_version + (SELECT count(*) FROM roleinstance WHERE unit = new.key);
	INSERT INTO row_note (tbl, version, kind, id, key, owner, unit, principal, time)
	SELECT 5, m.row_version + 1 - row_number() OVER (ORDER BY i.key), 6, i.id, i.key, 0, 0, 0, unixepoch()
	FROM meta_state AS m CROSS JOIN roleinstance AS i WHERE i.unit = new.key;
END;
