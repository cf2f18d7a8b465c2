/* data/row_json.h - a row as OData JSON, straight from the cursor. */
#ifndef DATA_ROW_JSON_H
#define DATA_ROW_JSON_H

#include "data/request.h"

/* Members of one row, without braces: etag, selected columns, annotations asked for. `first` is the statement's column of
 * the first selected column; column 1 is the version. */
MUST_USE NONNULL err row_json(struct data_call *dc, struct json_writer *w, const struct odata_query *q, const struct statement *s,
			      int first);
/* "$metadata#accounts(name,accountid)" behind the root; with "/$entity" for a single row. */
NONNULL str context_url(struct data_call *dc, const struct odata_query *q, bool entity);
/* W/"123" */
NONNULL str etag_text(struct arena *arena, int64_t version);

/* One column with its annotations, as a member. row_key 0: of no row. */
MUST_USE NONNULL err row_column_json(struct data_call *dc, struct json_writer *w, const struct table *t, const struct column *c,
				     int64_t row_key, const struct statement *s, int index);

#endif
