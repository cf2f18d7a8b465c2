/* cli/import_file.h - a CSV file (cli/csv.h), or standard input, as the source of an import.
 *
 * The first record names the fields. The file is read twice: once for its digest, once for its records; when it is changed meanwhile
 * the import ends with ERR_CONFLICT. A pipe is kept in a memory file first, so that it can be read twice too. */
#ifndef CLI_IMPORT_FILE_H
#define CLI_IMPORT_FILE_H

#include "cli/import.h"

enum { IMPORT_PIPE_BYTES_MAX = 1 << 30 };

struct import_file;

/* path "-": standard input. name: what the job calls it. ERR_INVALID without a head. Lives until
 * import_file_free; the source borrows from it. */
MUST_USE NONNULL err import_file_new(const char *path, str name, struct import_source *out_source, struct import_file **out);
/* Accepts null. */
void import_file_free(struct import_file *file);

#endif
