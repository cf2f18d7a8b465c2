-- ?1 name, ?2 is the default and initial one.
INSERT INTO domain(name, is_default, is_initial) VALUES(?1, ?2, ?2) ON CONFLICT(name) DO UPDATE SET is_default = ?2
