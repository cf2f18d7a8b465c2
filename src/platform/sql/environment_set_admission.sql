-- ?1 id, ?2 state (1 ready, 2 administration, 3 disabled), ?3 group's id or null, ?4 ids of plans. One that is being made keeps its state.
UPDATE environment SET state = ?2, security_group = ?3, required_plans = ?4 WHERE id = ?1 AND state <> 0
