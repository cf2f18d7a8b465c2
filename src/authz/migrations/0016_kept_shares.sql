-- What a row keeps of a share that ended above it, where the relationship's Unshare says so (1.8): while the link lasts.
-- share.mask is what queries ask; own is the explicit part of it, the rest is kept.
ALTER TABLE share ADD COLUMN own INTEGER NOT NULL DEFAULT 0;
UPDATE share SET own = mask;

CREATE TABLE share_kept (
	tbl       INTEGER NOT NULL,
	obj       INTEGER NOT NULL,
	principal INTEGER NOT NULL,
	via       BLOB NOT NULL,      -- MetadataId of the lookup
	mask      INTEGER NOT NULL CHECK (mask BETWEEN 2 AND 254),
	PRIMARY KEY (tbl, obj, principal, via)
) STRICT, WITHOUT ROWID;
CREATE INDEX share_kept_via ON share_kept (via);

CREATE TRIGGER share_ends AFTER DELETE ON share BEGIN
	DELETE FROM share_kept WHERE tbl = old.tbl AND obj = old.obj AND principal = old.principal;
END;
CREATE TRIGGER share_kept_ends AFTER DELETE ON share_kept BEGIN
	DELETE FROM share WHERE tbl = old.tbl AND obj = old.obj AND principal = old.principal AND own = 0 AND NOT EXISTS (
		SELECT 1 FROM share_kept AS k WHERE k.tbl = old.tbl AND k.obj = old.obj AND k.principal = old.principal);
	UPDATE share SET mask = own | (SELECT coalesce(max(k.mask & 2), 0) | coalesce(max(k.mask & 4), 0) | coalesce(max(k.mask & 8), 0) | coalesce(max(k.mask & 16), 0) | coalesce(max(k.mask & 32), 0) | coalesce(max(k.mask & 64), 0) | coalesce(max(k.mask & 128), 0)
		FROM share_kept AS k WHERE k.tbl = old.tbl AND k.obj = old.obj AND k.principal = old.principal)
	WHERE tbl = old.tbl AND obj = old.obj AND principal = old.principal;
END;
