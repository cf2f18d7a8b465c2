-- ?1 object id. Columns as in user_by_name. Unique index on directory_object.id.
SELECT u.user_principal_name, u.display_name, u.mail_nickname, u.given_name, u.surname, u.mail, u.mobile_phone,
    u.street_address, u.city, u.state, u.postal_code, u.country, u.preferred_language, u.birthday, u.my_site,
    u.usage_location, u.job_title, u.department, u.employee_id, u.business_phones, u.other_mails, u.enabled, u.guest,
    u.sessions_valid_from, u.changed, u.key, u.created, o.id, p.phc, p.force_change, p.changed
FROM directory_object o JOIN user_account u ON u.key = o.key LEFT JOIN credential_password p ON p.user_key = u.key
WHERE o.id = ?1
