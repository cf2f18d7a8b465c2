/* data/import_rows.h - the rows of one batch: each made like a create, or rejected by itself. */
#ifndef DATA_IMPORT_ROWS_H
#define DATA_IMPORT_ROWS_H

#include "base/map.h"
#include "data/request.h"

struct import_rows {
	struct data_call *dc;
	const struct table *table;
	struct map *owners;      /* "@team\nSales" -> struct uuid */
	struct arena *row_arena; /* emptied after each row        */
	int64_t imported, rejected;
};

/* Inside the batch's transaction. Writes {"row":i,"reason":".."} for each rejected row. */
MUST_USE NONNULL err import_rows_run(struct import_rows *im, const struct json *rows, struct json_writer *rejected);

#endif
