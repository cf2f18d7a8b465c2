-- ?1 object id. Row: key, name, nickname, description, mail, security, role assignable, types.
SELECT g.key, g.display_name, g.mail_nickname, g.description, g.mail_enabled, g.security_enabled, g.role_assignable,
    g.group_types FROM directory_object o JOIN user_group g ON g.key = o.key WHERE o.id = ?1
