/* data/read.h - GET of rows: a list, one row, one column, a count. All behind the Read gate and the row filter. */
#ifndef DATA_READ_H
#define DATA_READ_H

#include "data/request.h"

/* Which rows of a table an address names. */
struct rows_of {
	str path;                    /* the address behind the root: of next links       */
	const struct filter *within; /* null: all of them                                */
	bool references;             /* answer with addresses instead of rows            */
};

MUST_USE NONNULL err read_list(struct data_call *dc, const struct table *t, const struct rows_of *of);
MUST_USE NONNULL err read_count(struct data_call *dc, const struct table *t, const struct rows_of *of);
MUST_USE NONNULL err read_one(struct data_call *dc, const struct table *t, const struct uuid *id);
MUST_USE NONNULL err read_column(struct data_call *dc, const struct table *t, const struct uuid *id, str column);
/* The row that a write answers with (return=representation). The caller has passed the write's checks; Read is checked here. */
MUST_USE NONNULL err read_representation(struct data_call *dc, const struct table *t, const struct uuid *id, int status);

#endif
