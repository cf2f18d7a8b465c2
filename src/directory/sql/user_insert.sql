-- ?1..?25 as in user_store.c, ?26 key, ?27 created.
INSERT INTO user_account(user_principal_name, display_name, mail_nickname, given_name, surname, mail, mobile_phone,
    street_address, city, state, postal_code, country, preferred_language, birthday, my_site, usage_location, job_title,
    department, employee_id, business_phones, other_mails, enabled, guest, sessions_valid_from, changed, key, created)
VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25,
    ?26, ?27)
