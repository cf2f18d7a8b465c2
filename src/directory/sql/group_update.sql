-- ?1 key, ?2 name, ?3 nickname, ?4 description, ?5 mail, ?6 security, ?7 now.
UPDATE user_group SET display_name = ?2, mail_nickname = ?3, description = ?4, mail_enabled = ?5, security_enabled = ?6,
    changed = ?7 WHERE key = ?1
