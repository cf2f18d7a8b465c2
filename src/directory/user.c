#include "directory/user.h"

#include "codec/json_write.h"
#include "codec/utf8.h"

static bool is_upn_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("'.-_!#^~", c));
}

static bool is_domain(str s)
{
	str label = { 0 };

	if (!s.len || s.len > UPN_DOMAIN_MAX)
		return false;
	while (str_split(&s, '.', &label)) {
		if (!label.len || label.at[0] == '-' || label.at[label.len - 1] == '-')
			return false;
		for (size_t i = 0; i < label.len; i++) {
			char c = ascii_lower(label.at[i]);
			if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'))
				return false;
		}
	}
	return true;
}

err user_principal_name_check(str upn, str *out_domain)
{
	size_t at = str_find_char(upn, '@', 0);

	if (at == SIZE_MAX || upn.len > UPN_CHARS_MAX)
		FAIL(ERR_INVALID, "userPrincipalName must be local@domain of at most 113 characters");
	str local = str_slice(upn, 0, at), domain = str_from(upn, at + 1);
	if (!local.len || local.len > UPN_LOCAL_MAX || local.at[local.len - 1] == '.')
		FAIL(ERR_INVALID, "userPrincipalName: 1 to 64 characters and no full stop before the @");
	for (size_t i = 0; i < local.len; i++) {
		if (!is_upn_char(local.at[i]))
			FAIL(ERR_INVALID, "userPrincipalName has a character that is not allowed");
	}
	if (!is_domain(domain))
		FAIL(ERR_INVALID, "userPrincipalName: the part behind the @ is not a domain name");
	*out_domain = domain;
	return OK;
}

err password_check(str password, str upn)
{
	if (!utf8_is_valid(password))
		FAIL(ERR_INVALID, "the password is not valid text");
	if (password.len < USER_PASSWORD_BYTES_MIN || password.len > USER_PASSWORD_BYTES_MAX)
		FAIL(ERR_INVALID, "the password must have 12 to 256 octets");
	for (size_t i = 0; i < password.len; i++) {
		if ((unsigned char)password.at[i] < ' ' || password.at[i] == 0x7f)
			FAIL(ERR_INVALID, "the password has a control character");
	}
	if (str_equal_nocase(password, upn))
		FAIL(ERR_INVALID, "the password must not be the user name");
	return OK;
}

enum member_kind { MEMBER_TEXT, MEMBER_MAIL, MEMBER_COUNTRY_CODE, MEMBER_DATE };

static const struct {
	const char *name;
	enum user_text text;
	uint16_t chars_max;
	enum member_kind kind;
	bool required; /* cannot be null */
} members[] = {
	{ "userPrincipalName", USER_PRINCIPAL_NAME, UPN_CHARS_MAX, MEMBER_TEXT, true },
	{ "displayName", USER_DISPLAY_NAME, 256, MEMBER_TEXT, true },
	{ "mailNickname", USER_MAIL_NICKNAME, 64, MEMBER_TEXT, true },
	{ "givenName", USER_GIVEN_NAME, 64, MEMBER_TEXT, false },
	{ "surname", USER_SURNAME, 64, MEMBER_TEXT, false },
	{ "mail", USER_MAIL, 254, MEMBER_MAIL, false },
	{ "mobilePhone", USER_MOBILE_PHONE, 64, MEMBER_TEXT, false },
	{ "streetAddress", USER_STREET_ADDRESS, 1024, MEMBER_TEXT, false },
	{ "city", USER_CITY, 128, MEMBER_TEXT, false },
	{ "state", USER_STATE, 128, MEMBER_TEXT, false },
	{ "postalCode", USER_POSTAL_CODE, 40, MEMBER_TEXT, false },
	{ "country", USER_COUNTRY, 128, MEMBER_TEXT, false },
	{ "preferredLanguage", USER_PREFERRED_LANGUAGE, 64, MEMBER_TEXT, false },
	{ "birthday", USER_BIRTHDAY, 32, MEMBER_DATE, false },
	{ "mySite", USER_MY_SITE, 512, MEMBER_TEXT, false },
	{ "usageLocation", USER_USAGE_LOCATION, 2, MEMBER_COUNTRY_CODE, false },
	{ "jobTitle", USER_JOB_TITLE, 128, MEMBER_TEXT, false },
	{ "department", USER_DEPARTMENT, 64, MEMBER_TEXT, false },
	{ "employeeId", USER_EMPLOYEE_ID, 16, MEMBER_TEXT, false },
};

static bool is_country_code(str s)
{
	return s.len == 2 && s.at[0] >= 'A' && s.at[0] <= 'Z' && s.at[1] >= 'A' && s.at[1] <= 'Z';
}

static bool is_mail(str s)
{
	size_t at = str_find_char(s, '@', 0);
	return at != SIZE_MAX && at > 0 && at + 1 < s.len && str_find_char(s, '@', at + 1) == SIZE_MAX &&
	       str_find_char(s, ' ', 0) == SIZE_MAX;
}

static err check_text(str s, size_t chars_max, enum member_kind kind)
{
	struct instant date;

	if (utf8_count(s) > chars_max)
		FAIL(ERR_INVALID, "a text is longer than its property allows");
	for (size_t i = 0; i < s.len; i++) {
		if ((unsigned char)s.at[i] < ' ' && s.at[i] != '\n' && s.at[i] != '\r' && s.at[i] != '\t')
			FAIL(ERR_INVALID, "a text has a control character");
	}
	if (kind == MEMBER_MAIL && !is_mail(s))
		FAIL(ERR_INVALID, "mail is not an address");
	if (kind == MEMBER_COUNTRY_CODE && !is_country_code(s))
		FAIL(ERR_INVALID, "usageLocation must be a two-letter country code");
	if (kind == MEMBER_DATE)
		TRY(instant_parse(s, &date));
	return OK;
}

/* *out_taken: the member is one of the texts. */
static err apply_text(const struct json *m, struct user *u, bool *out_taken)
{
	*out_taken = false;
	for (size_t i = 0; i < COUNT_OF(members); i++) {
		if (!str_equal(m->name, str_of(members[i].name)))
			continue;
		*out_taken = true;
		if (m->kind == JSON_NULL && !members[i].required) {
			u->text[members[i].text] = (str){ 0 };
			return OK;
		}
		if (m->kind != JSON_STRING || (members[i].required && !m->text.len))
			FAIL(ERR_INVALID, "a member of the user is not a text, or is empty");
		TRY(check_text(m->text, members[i].chars_max, members[i].kind));
		u->text[members[i].text] = m->text.len ? m->text : (str){ 0 };
		return OK;
	}
	return OK;
}

static err apply_list(const struct json *m, struct arena *arena, str *out)
{
	if (m->kind != JSON_ARRAY || m->count > 250)
		FAIL(ERR_INVALID, "businessPhones and otherMails are lists of at most 250 texts");
	for (const struct json *i = m->first; i; i = i->next) {
		if (i->kind != JSON_STRING)
			FAIL(ERR_INVALID, "businessPhones and otherMails are lists of texts");
		TRY(check_text(i->text, 250, MEMBER_TEXT));
	}
	*out = json_text_of(m, arena);
	TRY_NEW(out->at);
	return OK;
}

static err apply_password(const struct json *m, struct password_profile *out)
{
	if (m->kind != JSON_OBJECT)
		FAIL(ERR_INVALID, "passwordProfile is an object");
	out->force_change = true;
	for (const struct json *i = m->first; i; i = i->next) {
		if (str_equal(i->name, S("password")) && i->kind == JSON_STRING) {
			out->given = true;
			out->password = i->text;
		} else if (str_equal(i->name, S("forceChangePasswordNextSignIn")) &&
			   (i->kind == JSON_TRUE || i->kind == JSON_FALSE)) {
			out->force_change = i->kind == JSON_TRUE;
		} else {
			FAIL(ERR_INVALID, "passwordProfile has password and forceChangePasswordNextSignIn");
		}
	}
	if (!out->given)
		FAIL(ERR_INVALID, "passwordProfile without a password");
	return OK;
}

static err apply_other(const struct json *m, struct arena *arena, struct user *u, struct password_profile *password)
{
	if (str_equal(m->name, S("accountEnabled")) && (m->kind == JSON_TRUE || m->kind == JSON_FALSE)) {
		u->enabled = m->kind == JSON_TRUE;
		return OK;
	}
	if (str_equal(m->name, S("userType")) && m->kind == JSON_STRING) {
		if (!str_equal(m->text, S("Member")) && !str_equal(m->text, S("Guest")))
			FAIL(ERR_INVALID, "userType is Member or Guest");
		u->guest = str_equal(m->text, S("Guest"));
		return OK;
	}
	if (str_equal(m->name, S("businessPhones")))
		return apply_list(m, arena, &u->business_phones);
	if (str_equal(m->name, S("otherMails")))
		return apply_list(m, arena, &u->other_mails);
	if (str_equal(m->name, S("passwordProfile")))
		return apply_password(m, password);
	if (str_starts_with(m->name, S("@odata.")))
		return OK;
	FAIL(ERR_INVALID, "the user has a member that is unknown, of a wrong type, or read-only");
}

err user_apply(const struct json *body, bool creating, struct arena *arena, struct user *u,
	       struct password_profile *out_password)
{
	struct password_profile password = { 0 };
	struct user changed = *u;
	bool taken = false;
	str domain;

	if (body->kind != JSON_OBJECT)
		FAIL(ERR_INVALID, "the body is not an object");
	for (const struct json *m = body->first; m; m = m->next) {
		TRY(apply_text(m, &changed, &taken));
		if (!taken)
			TRY(apply_other(m, arena, &changed, &password));
	}
	if (creating && (!json_member(body, S("accountEnabled")) || !changed.text[USER_DISPLAY_NAME].at ||
			 !changed.text[USER_MAIL_NICKNAME].at || !changed.text[USER_PRINCIPAL_NAME].at))
		FAIL(ERR_INVALID, "accountEnabled, displayName, mailNickname and userPrincipalName are required");
	TRY(user_principal_name_check(changed.text[USER_PRINCIPAL_NAME], &domain));
	if (password.given)
		TRY(password_check(password.password, changed.text[USER_PRINCIPAL_NAME]));
	*u = changed;
	*out_password = password;
	return OK;
}

void user_init(struct user *u, const struct uuid *id, struct instant now)
{
	*u = (struct user){ .id = *id, .business_phones = S("[]"), .other_mails = S("[]"), .enabled = true,
			    .sessions_valid_from = now, .changed = now, .created = now };
}

static void write_text(struct json_writer *w, str name, str value)
{
	if (value.at)
		json_member_str(w, name, value);
	else
		json_member_null(w, name);
}

static void write_change(struct json_writer *w, str name, str before, str after)
{
	if (str_equal(before, after) && !before.at == !after.at)
		return;
	json_key(w, name);
	json_open_object(w);
	write_text(w, S("old"), before);
	write_text(w, S("new"), after);
	json_close_object(w);
}

static str truth(bool value)
{
	return value ? S("true") : S("false");
}

str user_changes(const struct user *before, const struct user *after, struct arena *arena)
{
	struct buffer b;

	buffer_init(&b, 1 << 20);
	struct json_writer w = json_writer_to(&b);
	json_open_object(&w);
	for (size_t i = 0; i < COUNT_OF(members); i++)
		write_change(&w, str_of(members[i].name), before->text[members[i].text], after->text[members[i].text]);
	write_change(&w, S("businessPhones"), before->business_phones, after->business_phones);
	write_change(&w, S("otherMails"), before->other_mails, after->other_mails);
	write_change(&w, S("accountEnabled"), truth(before->enabled), truth(after->enabled));
	write_change(&w, S("userType"), before->guest ? S("Guest") : S("Member"), after->guest ? S("Guest") : S("Member"));
	json_close_object(&w);
	str text = b.failed ? (str){ 0 } : str_copy(arena, buffer_str(&b));
	buffer_release(&b);
	return text;
}
