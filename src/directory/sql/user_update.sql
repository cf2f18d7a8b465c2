-- ?1..?25 as in user_store.c, ?26 key.
UPDATE user_account SET user_principal_name = ?1, display_name = ?2, mail_nickname = ?3, given_name = ?4, surname = ?5,
    mail = ?6, mobile_phone = ?7, street_address = ?8, city = ?9, state = ?10, postal_code = ?11, country = ?12,
    preferred_language = ?13, birthday = ?14, my_site = ?15, usage_location = ?16, job_title = ?17, department = ?18,
    employee_id = ?19, business_phones = ?20, other_mails = ?21, enabled = ?22, guest = ?23, sessions_valid_from = ?24,
    changed = ?25
WHERE key = ?26
