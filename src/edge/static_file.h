/* edge/static_file.h - the files that the edge serves by itself: the first page and the console. They are compiled in
 * and handed over at start, so the edge knows nothing of their area. */
#ifndef EDGE_STATIC_FILE_H
#define EDGE_STATIC_FILE_H

#include "base/str.h"

struct static_file {
	str path;                    /* "/", "/app/main.js"                                                 */
	str content_type;
	bytes content;
	str etag;                    /* with its quotes                                                      */
	str content_security_policy; /* empty: the strict one that lets nothing load                         */
};

/* The caller keeps the rows alive as long as the edge. */
struct static_files {
	const struct static_file *rows;
	size_t count;
};

#endif
