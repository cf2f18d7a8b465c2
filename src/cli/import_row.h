/* cli/import_row.h - a record becomes the JSON row that the bulk route takes (data/import.h).
 *
 * The plan is made once, from the map, the names of the fields and the table's definition as the Web API shows it. Text that is not
 * what a column's type wants goes as text and is rejected by the service, which alone knows the rules. */
#ifndef CLI_IMPORT_ROW_H
#define CLI_IMPORT_ROW_H

#include "cli/import.h"
#include "codec/json_read.h"
#include "codec/json_write.h"

enum import_shape { IMPORT_TEXT = 0, IMPORT_NUMBER, IMPORT_BOOLEAN, IMPORT_BIND };

struct import_step {
	bool constant;
	size_t field;        /* of the record; not for a constant */
	str value;           /* of a constant                     */
	str member;          /* "name", "@team", "ownerid@odata.bind" */
	enum import_shape shape;
	str set;             /* IMPORT_BIND: "teams"              */
};

struct import_plan {
	str table;           /* its logical name */
	size_t count;
	struct import_step steps[IMPORT_MAP_PAIRS_MAX];
};

/* definition: an object of EntityDefinitions with its Attributes. ERR_INVALID: problem (of IMPORT_PROBLEM_BYTES_MAX) says why. Borrows
 * the texts of the map and of the definition. */
MUST_USE NONNULL err import_plan_make(const struct import_map *map, const str *columns, size_t column_count,
				      const struct json *definition, struct arena *arena, struct import_plan *out, char *problem);
/* One object. The fields are those of the plan's columns. */
NONNULL void import_row_write(const struct import_plan *plan, const str *fields, struct json_writer *w);

#endif
