/* data/multiple.h - many rows of a table in one request, all or none (4.3):
 *   POST set/Microsoft.Dynamics.CRM.CreateMultiple  {"Targets": [{...}, ...]}   200 {"Ids": [...]}
 *   POST set/Microsoft.Dynamics.CRM.UpdateMultiple  {"Targets": [{"<id>": ..., ...}, ...]}   204
 *   POST set/Microsoft.Dynamics.CRM.UpsertMultiple  {"Targets": [...]}   200 {"Results": [{"RecordCreated", "Target"}, ...]}
 * Each row is judged and audited as if it came alone. */
#ifndef DATA_MULTIPLE_H
#define DATA_MULTIPLE_H

#include "data/request.h"

enum { MULTIPLE_ROWS_MAX = 1000 };

/* The second segment of the path names the action; *out_found is false when it is none. */
MUST_USE NONNULL err multiple_run(struct data_call *dc, const struct table *t, bool *out_found);

#endif
