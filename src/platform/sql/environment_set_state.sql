-- ?1 id, ?2 state (1 ready, 2 administration, 3 disabled). One that is being made keeps its state.
UPDATE environment SET state = ?2 WHERE id = ?1 AND state <> 0
