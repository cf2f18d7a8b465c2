/* data/import.h - bulk rows from the command line's import jobs. The operator's lane only; {table} is a logical name or an entity set.
 *
 *   POST /import/v1/{table}/start?job={guid}     {"source":"oui.csv","digest":"{64 hex digits}","abandon":false}
 *        opens the job, or says how far it is. 409 when another job of this source and table is unfinished: its digest is another,
 *        so what it reads has changed since. With "abandon" that job is given up; the rows that it brought stay.
 *   POST /import/v1/{table}?job={guid}&batch=n   [ {"new_name":"x","new_code":5,"@team":"Sales"}, ... ]
 *        at most IMPORT_ROWS_MAX rows. n counts from 0 and must be the job's next batch, or an earlier one with the same content.
 *   GET  /import/v1/{table}?job={guid}&batch=n   what that batch answered
 *   POST /import/v1/{table}/finish?job={guid}    closes the job: it takes no further batch
 *
 *   start and finish answer {"job":"..","state":"running|finished","batches":n,"imported":n,"rejected":n}, sums of the whole job;
 *   a batch {"job":"..","batch":n,"rejected":[{"row":i,"reason":".."}],"imported":n}, where i counts from 0 within the batch.
 *
 * Members of a row are those of a create. The owner may be named: "@user" (UPN), "@team" (name) or "@unit" (name of a unit, whose
 * default team then owns the row); without one the operator owns it. Every row passes the same validation, rights and owner test as
 * a create and leaves its own audit event. A batch is one transaction; a rejected row leaves nothing, the others stay. The answer
 * and the job's sums are kept in the same transaction: a batch sent again gets the same answer and writes nothing, so that a job
 * which was cut off repeats its last batch or goes on behind it. Start, finish and giving up are events too. */
#ifndef DATA_IMPORT_H
#define DATA_IMPORT_H

#include "data/request.h"

enum { IMPORT_ROWS_MAX = 5000, IMPORT_VALUES_MAX = 500000, IMPORT_SOURCE_BYTES_MAX = 256 };

#endif
