-- ?1 principal ?2 profile.
DELETE FROM principalprofile WHERE principal = ?1 AND profile = ?2
