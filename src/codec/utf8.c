#include "codec/utf8.h"

int32_t utf8_next(str s, size_t *index)
{
	size_t i = *index;
	uint8_t first = (uint8_t)s.at[i];
	size_t more;
	uint32_t point, least;
	*index = i + 1;
	if (first < 0x80)
		return first;
	if (first >= 0xc2 && first <= 0xdf) {
		more = 1;
		point = first & 0x1f;
		least = 0x80;
	} else if (first >= 0xe0 && first <= 0xef) {
		more = 2;
		point = first & 0x0f;
		least = 0x800;
	} else if (first >= 0xf0 && first <= 0xf4) {
		more = 3;
		point = first & 0x07;
		least = 0x10000;
	} else {
		return -1;
	}
	if (s.len - i <= more)
		return -1;
	for (size_t k = 1; k <= more; k++) {
		uint8_t next = (uint8_t)s.at[i + k];
		if ((next & 0xc0) != 0x80)
			return -1;
		point = point << 6 | (next & 0x3f);
	}
	if (point < least || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
		return -1;
	*index = i + 1 + more;
	return (int32_t)point;
}

bool utf8_is_valid(str s)
{
	for (size_t i = 0; i < s.len;)
		if (utf8_next(s, &i) < 0)
			return false;
	return true;
}

size_t utf8_encode(uint32_t point, char out[static 4])
{
	if (point < 0x80) {
		out[0] = (char)point;
		return 1;
	}
	if (point < 0x800) {
		out[0] = (char)(0xc0 | point >> 6);
		out[1] = (char)(0x80 | (point & 0x3f));
		return 2;
	}
	if (point < 0x10000) {
		out[0] = (char)(0xe0 | point >> 12);
		out[1] = (char)(0x80 | (point >> 6 & 0x3f));
		out[2] = (char)(0x80 | (point & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | point >> 18);
	out[1] = (char)(0x80 | (point >> 12 & 0x3f));
	out[2] = (char)(0x80 | (point >> 6 & 0x3f));
	out[3] = (char)(0x80 | (point & 0x3f));
	return 4;
}

str utf8_clip(str s, size_t len_max)
{
	if (s.len <= len_max)
		return s;
	while (len_max && ((uint8_t)s.at[len_max] & 0xc0) == 0x80)
		len_max--;
	return str_slice(s, 0, len_max);
}

size_t utf8_count(str s)
{
	size_t count = 0;
	for (size_t i = 0; i < s.len; i++)
		count += ((uint8_t)s.at[i] & 0xc0) != 0x80;
	return count;
}
