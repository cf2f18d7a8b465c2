/* data/odata_expand.h - the syntax of $expand: names of navigation properties, each perhaps with options of its own.
 *
 *   parent,children($select=name;$filter=contains(name,';');$orderby=name desc;$top=5;$expand=owner)
 *
 * Source:  OData 4.01 URL conventions 5.1.3. Pure text: data/expand.h resolves names. The text is percent-decoded already. */
#ifndef DATA_ODATA_EXPAND_H
#define DATA_ODATA_EXPAND_H

#include "codec/url.h"
#include "data/problem.h"

enum { EXPAND_ITEMS_MAX = 10, EXPAND_OPTIONS_MAX = 5 };

struct expand_item {
	str name;
	struct url_param options[EXPAND_OPTIONS_MAX]; /* without $expand; each name once */
	size_t option_count;
	str expand;                                   /* of a nested $expand, unparsed; empty: none */
};

/* Views into the text. At most EXPAND_ITEMS_MAX; a mistake is 400 and names the position. */
MUST_USE NONNULL err odata_expand_parse(str text, struct arena *arena, struct problem *problem, struct expand_item **out,
					size_t *out_count);

#endif
