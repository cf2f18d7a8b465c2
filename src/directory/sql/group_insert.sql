-- ?1 key, ?2 name, ?3 nickname, ?4 description, ?5 mail, ?6 security, ?7 role assignable, ?8 types, ?9 now.
INSERT INTO user_group(key, display_name, mail_nickname, description, mail_enabled, security_enabled, role_assignable,
    group_types, changed, created) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9)
