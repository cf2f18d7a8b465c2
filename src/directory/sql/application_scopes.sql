-- The enabled scopes of application ?1. Row: id, value, admin only, name, description.
SELECT id, value, admin_only, consent_name, consent_description FROM application_scope WHERE application_key = ?1 AND enabled
