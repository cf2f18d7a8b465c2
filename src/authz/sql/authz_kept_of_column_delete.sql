-- A lookup is removed: what its rows kept through it ends. ?1 MetadataId. Index: share_kept_via.
DELETE FROM share_kept WHERE via = ?1
