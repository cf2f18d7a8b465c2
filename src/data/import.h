/* data/import.h - bulk rows from the command line's import job.
 *
 *   POST /import/v1/{table}?job={guid}&batch={number}    operator's lane only; {table} is a logical name or an entity set
 *   [ {"new_name":"x","new_code":5,"@team":"Sales"}, ... ]   at most IMPORT_ROWS_MAX rows
 *   200 {"job":"..","batch":n,"imported":n,"rejected":[{"row":i,"reason":".."}]}    i counts from 0 within the batch
 *
 * Members are those of a create. The owner may be named: "@user" (UPN), "@team" (name) or "@unit" (name of a unit, whose default
 * team then owns the row); without one the operator owns it. Every row passes the same validation, rights and owner test as a
 * create and leaves its own audit event. A batch is one transaction; a rejected row leaves nothing, the others stay. The answer is
 * kept with (job, batch) in the same transaction: a batch sent again gets the same answer and writes nothing, so that a job which
 * was cut off can repeat its last batch. */
#ifndef DATA_IMPORT_H
#define DATA_IMPORT_H

#include "data/request.h"

enum { IMPORT_ROWS_MAX = 5000, IMPORT_VALUES_MAX = 500000, IMPORT_REJECTED_MAX = 5000 };

#endif
