/* base/unique_name.h - what an environment is called in addresses: 2 to 40 lower-case letters, digits and hyphens, a letter first, no hyphen
 * last. Nothing that means anything in a URL or in JSON. */
#ifndef BASE_UNIQUE_NAME_H
#define BASE_UNIQUE_NAME_H

#include "base/str.h"

enum { UNIQUE_NAME_BYTES_MAX = 40 };

static inline bool unique_name_is_formed(str name)
{
	if (name.len < 2 || name.len > UNIQUE_NAME_BYTES_MAX || name.at[0] < 'a' || name.at[0] > 'z' || name.at[name.len - 1] == '-')
		return false;
	for (size_t i = 0; i < name.len; i++) {
		char c = name.at[i];
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'))
			return false;
	}
	return true;
}

#endif
