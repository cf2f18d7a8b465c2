#include "authz/rights.h"

struct right_row {
	const char *name;
	int32_t bit;
};

static const struct right_row rights[RIGHTS_END] = {
	[RIGHT_NONE] = { "", 0 },
	[RIGHT_CREATE] = { "Create", 32 },
	[RIGHT_READ] = { "Read", 1 },
	[RIGHT_WRITE] = { "Write", 2 },
	[RIGHT_DELETE] = { "Delete", 65536 },
	[RIGHT_ASSIGN] = { "Assign", 524288 },
	[RIGHT_SHARE] = { "Share", 262144 },
	[RIGHT_APPEND] = { "Append", 4 },
	[RIGHT_APPEND_TO] = { "AppendTo", 16 },
};

static const char *const depths[] = { "None", "Basic", "Local", "Deep", "Global" };

const char *right_name(enum right right)
{
	return (unsigned)right < RIGHTS_END ? rights[right].name : "";
}

int32_t right_access_bit(enum right right)
{
	return (unsigned)right < RIGHTS_END ? rights[right].bit : 0;
}

uint32_t share_bit(enum right right)
{
	return right > RIGHT_CREATE && (int)right < RIGHTS_END ? 1u << ((unsigned)right - 1) : 0;
}

const char *depth_name(enum depth depth)
{
	return (unsigned)depth < COUNT_OF(depths) ? depths[depth] : "";
}

bool depth_parse(str text, enum depth *out)
{
	for (int d = DEPTH_BASIC; d <= DEPTH_GLOBAL; d++) {
		char number[2] = { (char)('0' + d - DEPTH_BASIC), 0 };
		if (str_equal(text, str_of(depths[d])) || str_equal(text, str_of(number))) {
			*out = (enum depth)d;
			return true;
		}
	}
	return false;
}

int32_t depth_mask(enum depth depth)
{
	return depth == DEPTH_NONE ? 0 : 1 << ((int)depth - 1);
}
