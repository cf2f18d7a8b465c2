/* data/odata_path.h - the path behind /api/data/v9.x/, in segments.
 *
 * Source:  OData 4.0 part 2, section 4; authorization-and-data 4.1 to 4.6.
 *          segment = name [ "(" [ argument ("," argument)* ] ")" ];  argument = [ name "=" ] value
 * A value is a word, text in quotes, a list in brackets (of a named argument; as it stands), or an enumeration literal Type'Member' (whose member is taken).
 * Errors:  404 0x8006088a through the problem. */
#ifndef DATA_ODATA_PATH_H
#define DATA_ODATA_PATH_H

#include "base/uuid.h"
#include "data/problem.h"

enum { PATH_SEGMENTS_MAX = 6, PATH_ARGUMENTS_MAX = 6, PATH_LEN_MAX = 4096 };

struct path_argument {
	str name, value; /* name empty: the key alone */
	bool quoted;
};

struct path_segment {
	str name;
	bool has_arguments;
	struct path_argument argument[PATH_ARGUMENTS_MAX];
	size_t argument_count;
};

struct odata_path {
	struct path_segment segment[PATH_SEGMENTS_MAX];
	size_t count; /* 0: the service document */
};

/* `raw` is percent-encoded, without a leading '/'; one trailing '/' is ignored. */
MUST_USE NONNULL err odata_path_parse(str raw, struct arena *arena, struct problem *problem, struct odata_path *out);
/* The argument of that name; null when absent. */
NONNULL const struct path_argument *path_argument_find(const struct path_segment *s, str name);
/* What an @odata.bind or @odata.id names: "set(key)", "/set(key)", or a URL that ends so. False when it is nothing such. */
NONNULL bool odata_reference_parse(str text, struct arena *arena, struct path_segment *out);

#endif
