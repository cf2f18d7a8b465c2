-- All products of a group for a member, or none. ?1 user's key, ?2 group's key, ?3 time. Index: unique (group_key, sku_key).
INSERT INTO inherited_licence(user_key, licence_key, sku_key, error, assigned)
SELECT ?1, g.key, g.sku_key, (
    SELECT CASE
        WHEN max(s.locations IS NOT NULL AND instr(',' || s.locations || ',', ',' || ifnull(upper(u.usage_location), '?') || ',') = 0) THEN 2
        WHEN max(NOT EXISTS (SELECT 1 FROM seat WHERE user_key = ?1 AND sku_key = s.key)
                 AND s.taken >= s.seats) THEN 1
        ELSE 0 END
    FROM group_licence a JOIN sku s ON s.key = a.sku_key JOIN user_account u ON u.key = ?1 WHERE a.group_key = ?2), ?3
FROM group_licence g WHERE g.group_key = ?2
