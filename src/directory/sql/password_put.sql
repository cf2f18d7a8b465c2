-- ?1 user key, ?2 PHC string, ?3 must be changed at the next sign-in, ?4 now.
INSERT INTO credential_password(user_key, phc, force_change, changed) VALUES(?1, ?2, ?3, ?4)
    ON CONFLICT(user_key) DO UPDATE SET phc = ?2, force_change = ?3, changed = ?4
