-- ?1 version ?2 hierarchy ?3 depth ?4 write levels ?5 unit rule ?6 disabled users ?7 positions ?8 share to previous owner
-- ?9 matrix ?10 move rows ?11 keep roles ?12 conceal rows ?13 conceal lookup ids ?14 metadata by privilege.
UPDATE organization SET version = ?1, hierarchy = ?2, hierarchy_depth = ?3, hierarchy_write_levels = ?4, hierarchy_unit_rule = ?5,
	hierarchy_disabled_users = ?6, hierarchy_positions = ?7, share_to_previous_owner = ?8, matrix = ?9, move_rows = ?10, keep_roles = ?11,
	conceal_rows = ?12, conceal_lookup_ids = ?13, metadata_by_privilege = ?14
