-- Hierarchy security by managers (1.11): the settings of the one organization row, typed.
ALTER TABLE organization ADD COLUMN hierarchy INTEGER NOT NULL DEFAULT 0 CHECK (hierarchy IN (0, 1));
ALTER TABLE organization ADD COLUMN hierarchy_depth INTEGER NOT NULL DEFAULT 3 CHECK (hierarchy_depth BETWEEN 1 AND 100);
ALTER TABLE organization ADD COLUMN hierarchy_write_levels INTEGER NOT NULL DEFAULT 1 CHECK (hierarchy_write_levels BETWEEN 0 AND 100);
ALTER TABLE organization ADD COLUMN hierarchy_unit_rule INTEGER NOT NULL DEFAULT 1 CHECK (hierarchy_unit_rule IN (0, 1));
ALTER TABLE organization ADD COLUMN hierarchy_disabled_users INTEGER NOT NULL DEFAULT 1 CHECK (hierarchy_disabled_users IN (0, 1));

DROP VIEW sys_organization;
CREATE VIEW sys_organization AS
SELECT one AS key, id, version, 0 AS owner, 0 AS unit, name, hierarchy AS ishierarchicalsecuritymodelenabled, 0 AS usepositionhierarchy,
       hierarchy_depth AS maxdepthforhierarchicalsecuritymodel,
       '<OrgSettings><EnableOwnershipAcrossBusinessUnits>false</EnableOwnershipAcrossBusinessUnits>'
       || '<AlwaysMoveRecordToOwnerBusinessUnit>true</AlwaysMoveRecordToOwnerBusinessUnit>'
       || '<DoNotRemoveRolesOnChangeBusinessUnit>false</DoNotRemoveRolesOnChangeBusinessUnit>'
       || '<ManagersMustBeInSameOrParentBusinessUnitAsReports>' || iif(hierarchy_unit_rule, 'true', 'false')
       || '</ManagersMustBeInSameOrParentBusinessUnitAsReports><AuthorizationEnableHSMForDisabledUsers>'
       || iif(hierarchy_disabled_users, 'true', 'false') || '</AuthorizationEnableHSMForDisabledUsers><HierarchyLevelForHierarchyFeature>'
       || hierarchy_write_levels || '</HierarchyLevelForHierarchyFeature></OrgSettings>' AS orgdborgsettings
FROM organization;
