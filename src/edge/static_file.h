/* edge/static_file.h - the files that the edge serves by itself: the first page and the console. They are compiled in
 * and handed over at start, so the edge knows nothing of their area.
 *
 * Source: RFC 9110 8.8.3 (ETag), 12.5.3 (Accept-Encoding), 13.1.2 (If-None-Match), 15.5.6 (405). Paths are compared octet
 * by octet: there is no folder, no default name, no decoding. */
#ifndef EDGE_STATIC_FILE_H
#define EDGE_STATIC_FILE_H

#include "base/str.h"

struct static_file {
	str path;                    /* "/", "/app/main.js"                                                 */
	str content_type;
	bytes content, compressed;   /* compressed: the same in gzip; empty when that is not smaller         */
	str etag, compressed_etag;   /* with their quotes: two representations have two strong tags          */
	str content_security_policy; /* empty: the strict one that lets nothing load                         */
};

/* The caller keeps the rows alive as long as the edge. */
struct static_files {
	const struct static_file *rows;
	size_t count;
};

/* The row of exactly that path, or null. */
NONNULL const struct static_file *static_file_find(const struct static_files *files, str path);
/* May the answer be gzip? Only when the field names it, or "*", with a weight above nought. */
bool accepts_gzip(str accept_encoding);
/* Does If-None-Match hold one of the file's tags (weak comparison), or "*"? */
NONNULL bool static_file_is_known(const struct static_file *file, str if_none_match);

#endif
