-- Who may enter an environment: the group (null: no group is asked for) and the service plans of which one is needed (their ids,
-- 16 octets each, one after the other; none: no licence is asked for).
ALTER TABLE environment ADD COLUMN security_group BLOB CHECK (security_group IS NULL OR length(security_group) = 16);
ALTER TABLE environment ADD COLUMN required_plans BLOB NOT NULL DEFAULT x'' CHECK (length(required_plans) % 16 = 0);
