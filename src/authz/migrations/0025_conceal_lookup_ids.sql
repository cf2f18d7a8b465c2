-- ConcealLookupIds (4.2): a lookup that names a row out of somebody's reach is empty for them.
ALTER TABLE organization ADD COLUMN conceal_lookup_ids INTEGER NOT NULL DEFAULT 0 CHECK (conceal_lookup_ids IN (0, 1));

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
       || '</ConcealRows><ConcealLookupIds>' || iif(conceal_lookup_ids, 'true', 'false') || '</ConcealLookupIds></OrgSettings>' AS orgdborgsettings
FROM organization;
