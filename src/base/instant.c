#include "base/instant.h"

#include <stdio.h>

enum { MS_PER_DAY = 86400 * 1000 };

/* Howard Hinnant's days_from_civil arithmetic: eras of 400 years, years that begin in March. */
int64_t days_of_date(int64_t year, int month, int day)
{
	year -= month <= 2;
	int64_t era = (year >= 0 ? year : year - 399) / 400;
	int64_t year_of_era = year - era * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
	return era * 146097 + day_of_era - 719468;
}

static void date_of_days(int64_t days, int64_t *out_year, int *out_month, int *out_day)
{
	days += 719468;
	int64_t era = (days >= 0 ? days : days - 146096) / 146097;
	int64_t doe = days - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	*out_day = (int)(doy - (153 * mp + 2) / 5 + 1);
	*out_month = (int)(mp < 10 ? mp + 3 : mp - 9);
	*out_year = yoe + era * 400 + (*out_month <= 2);
}

void instant_format(struct instant t, bool seconds_only, char out[static INSTANT_TEXT_LEN + 1])
{
	int64_t days = t.ms / MS_PER_DAY, in_day = t.ms % MS_PER_DAY;
	int64_t year;
	int month, day;
	if (in_day < 0) {
		in_day += MS_PER_DAY;
		days--;
	}
	date_of_days(days, &year, &month, &day);
	if (year < 1 || year > 9999) { /* outside RFC 3339: the nearest that it can say */
		year = year < 1 ? 1 : 9999;
		month = day = 1;
		in_day = 0;
	}
	int seconds = (int)(in_day / 1000), ms = (int)(in_day % 1000);
	char text[64];
	int len = snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d", (int)year, month, day,
			   seconds / 3600, seconds / 60 % 60, seconds % 60);
	if (seconds_only)
		snprintf(text + len, sizeof text - (size_t)len, "Z");
	else
		snprintf(text + len, sizeof text - (size_t)len, ".%03dZ", ms);
	memcpy(out, text, strlen(text) + 1);
}

str instant_text(struct arena *arena, struct instant t)
{
	char text[INSTANT_TEXT_LEN + 1];
	instant_format(t, false, text);
	return str_copy(arena, str_of(text));
}

static bool take_digits(str *s, size_t count, int *out)
{
	int value = 0;
	if (s->len < count)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (s->at[i] < '0' || s->at[i] > '9')
			return false;
		value = value * 10 + (s->at[i] - '0');
	}
	*s = str_from(*s, count);
	*out = value;
	return true;
}

static bool take_char(str *s, char c)
{
	if (s->len == 0 || s->at[0] != c)
		return false;
	*s = str_from(*s, 1);
	return true;
}

static bool take_date(str *s, int64_t *out_days)
{
	static const int month_days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int year, month, day;
	if (!take_digits(s, 4, &year) || !take_char(s, '-') || !take_digits(s, 2, &month) ||
	    !take_char(s, '-') || !take_digits(s, 2, &day))
		return false;
	if (year < 1 || month < 1 || month > 12 || day < 1 || day > month_days[month - 1])
		return false;
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	if (month == 2 && day == 29 && !leap)
		return false;
	*out_days = days_of_date(year, month, day);
	return true;
}

static bool take_time(str *s, int64_t *out_ms)
{
	int hour, minute, second, ms = 0;
	if (!take_digits(s, 2, &hour) || !take_char(s, ':') || !take_digits(s, 2, &minute) ||
	    !take_char(s, ':') || !take_digits(s, 2, &second))
		return false;
	if (hour > 23 || minute > 59 || second > 59)
		return false;
	if (take_char(s, '.')) {
		int weight = 100, digit, count = 0;
		while (take_digits(s, 1, &digit)) {
			ms += digit * weight;
			weight /= 10;
			count++;
		}
		if (count == 0)
			return false;
	}
	*out_ms = ((int64_t)hour * 3600 + minute * 60 + second) * 1000 + ms;
	return true;
}

static bool take_offset(str *s, int64_t *out_ms)
{
	int hour, minute;
	if (take_char(s, 'Z') || take_char(s, 'z')) {
		*out_ms = 0;
		return true;
	}
	int sign = take_char(s, '+') ? 1 : take_char(s, '-') ? -1 : 0;
	if (sign == 0 || !take_digits(s, 2, &hour) || !take_char(s, ':') || !take_digits(s, 2, &minute) ||
	    hour > 23 || minute > 59)
		return false;
	*out_ms = sign * ((int64_t)hour * 3600 + minute * 60) * 1000;
	return true;
}

err instant_parse(str text, struct instant *out)
{
	int64_t days, ms = 0, offset_ms = 0;
	if (!take_date(&text, &days))
		FAIL(ERR_INVALID, "not a date of RFC 3339");
	if (text.len) {
		if (!take_char(&text, 'T') && !take_char(&text, 't'))
			FAIL(ERR_INVALID, "no 'T' between date and time");
		if (!take_time(&text, &ms) || !take_offset(&text, &offset_ms))
			FAIL(ERR_INVALID, "not a time of RFC 3339");
	}
	if (text.len)
		FAIL(ERR_INVALID, "characters after the time");
	out->ms = days * MS_PER_DAY + ms - offset_ms;
	return OK;
}
