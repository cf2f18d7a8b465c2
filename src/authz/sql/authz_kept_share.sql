-- What rows keep through a link, for one principal, is part of their shares. ?1 principal ?2 MetadataId of the lookup. Index: share_kept_via.
INSERT INTO share (tbl, principal, obj, mask, own) SELECT tbl, principal, obj, mask, 0 FROM share_kept WHERE principal = ?1 AND via = ?2
ON CONFLICT (tbl, principal, obj) DO UPDATE SET mask = mask | excluded.mask
