-- Any change of definitions moves the version (globalmetadataversion).
UPDATE meta_state SET version = version + 1 WHERE one = 1
