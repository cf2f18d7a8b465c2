-- MetadataVisibility (4.5): all, or by_privilege.
ALTER TABLE organization ADD COLUMN metadata_by_privilege INTEGER NOT NULL DEFAULT 0 CHECK (metadata_by_privilege IN (0, 1));

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
       || '</ConcealRows><ConcealLookupIds>' || iif(conceal_lookup_ids, 'true', 'false') || '</ConcealLookupIds><MetadataVisibility>'
       || iif(metadata_by_privilege, 'by_privilege', 'all') || '</MetadataVisibility></OrgSettings>' AS orgdborgsettings
FROM organization;
