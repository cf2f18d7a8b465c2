/* data/references.h - rows that earlier parts of a change set made, named "$1" by their Content-ID (OData 4.0 part 1, 11.7.3.1). */
#ifndef DATA_REFERENCES_H
#define DATA_REFERENCES_H

#include "base/arena.h"

struct reference {
	str id, path; /* "1", "accounts(...)" */
};
struct references {
	struct reference *items;
	size_t count;
};

/* "$1" and "$1/..." with the row in place of "$1"; any other text, and an unknown one, as it is. Null `at`: the arena is spent.
 * `refs` null: there are none. */
str references_resolve(const struct references *refs, str text, struct arena *arena);

#endif
