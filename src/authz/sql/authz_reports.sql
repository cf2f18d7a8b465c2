-- Who reports directly to some users: where the next level starts, then key, unit, disabled (or in a disabled unit). ?1 array of users.
-- Index: systemuser_manager.
SELECT s.key, s.key, p.unit, s.disabled OR u.disabled FROM i64_array(?1) AS q CROSS JOIN systemuser AS s ON s.manager = q.value
JOIN principal AS p ON p.key = s.key JOIN unit AS u ON u.key = p.unit
