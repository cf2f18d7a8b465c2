-- The settings of the environment. One row.
SELECT hierarchy, hierarchy_depth, hierarchy_write_levels, hierarchy_unit_rule, hierarchy_disabled_users, hierarchy_positions,
       share_to_previous_owner, matrix, move_rows, keep_roles, conceal_rows, conceal_lookup_ids, metadata_by_privilege
FROM organization
