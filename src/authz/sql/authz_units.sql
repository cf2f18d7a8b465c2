-- The tree of units, for the snapshot. Rows: all units.
SELECT key, id, ifnull(parent, 0), disabled FROM unit ORDER BY key
