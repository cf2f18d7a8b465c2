-- Matrix mode (1.3): rows and roles across business units.
ALTER TABLE organization ADD COLUMN matrix INTEGER NOT NULL DEFAULT 0 CHECK (matrix IN (0, 1));
ALTER TABLE organization ADD COLUMN move_rows INTEGER NOT NULL DEFAULT 1 CHECK (move_rows IN (0, 1));
ALTER TABLE organization ADD COLUMN keep_roles INTEGER NOT NULL DEFAULT 0 CHECK (keep_roles IN (0, 1));

DROP VIEW sys_organization;
CREATE VIEW sys_organization AS
SELECT one AS key, id, version, 0 AS owner, 0 AS unit, name, share_to_previous_owner AS sharetopreviousowneronassign,
       hierarchy AS ishierarchicalsecuritymodelenabled, hierarchy_positions AS usepositionhierarchy,
       hierarchy_depth AS maxdepthforhierarchicalsecuritymodel,
       '<OrgSettings><EnableOwnershipAcrossBusinessUnits>' || iif(matrix, 'true', 'false')
       || '</EnableOwnershipAcrossBusinessUnits><AlwaysMoveRecordToOwnerBusinessUnit>' || iif(move_rows, 'true', 'false')
       || '</AlwaysMoveRecordToOwnerBusinessUnit><DoNotRemoveRolesOnChangeBusinessUnit>' || iif(keep_roles, 'true', 'false')
       || '</DoNotRemoveRolesOnChangeBusinessUnit>'
       || '<ManagersMustBeInSameOrParentBusinessUnitAsReports>' || iif(hierarchy_unit_rule, 'true', 'false')
       || '</ManagersMustBeInSameOrParentBusinessUnitAsReports><AuthorizationEnableHSMForDisabledUsers>'
       || iif(hierarchy_disabled_users, 'true', 'false') || '</AuthorizationEnableHSMForDisabledUsers><HierarchyLevelForHierarchyFeature>'
       || hierarchy_write_levels || '</HierarchyLevelForHierarchyFeature></OrgSettings>' AS orgdborgsettings
FROM organization;
