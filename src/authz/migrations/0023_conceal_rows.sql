-- ConcealRows (4.8): a row that somebody does not reach is answered like one that is not there.
ALTER TABLE organization ADD COLUMN conceal_rows INTEGER NOT NULL DEFAULT 0 CHECK (conceal_rows IN (0, 1));

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
       || hierarchy_write_levels || '</HierarchyLevelForHierarchyFeature><ConcealRows>' || iif(conceal_rows, 'true', 'false')
       || '</ConcealRows></OrgSettings>' AS orgdborgsettings
FROM organization;
