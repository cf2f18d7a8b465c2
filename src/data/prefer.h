/* data/prefer.h - the Prefer header (RFC 7240) as the Web API knows it. Unknown preferences are ignored (RFC 7240, 2). */
#ifndef DATA_PREFER_H
#define DATA_PREFER_H

#include "base/arena.h"

struct prefer {
	int64_t page_size_max;       /* 0: not asked for */
	bool representation;         /* return=representation */
	bool track_changes;          /* odata.track-changes, of a list */
	bool continue_on_error;      /* odata.continue-on-error, of a batch */
	bool formatted, lookup_names, navigation_names; /* annotations */
	bool all_annotations;        /* "*": error details too */
	str annotations;             /* as asked, for Preference-Applied */
};

/* One header value; call again for each further header. Malformed pieces are ignored like unknown ones. */
NONNULL void prefer_parse(str header, struct prefer *out);

#endif
