/* cli/demo_registry.h - the organisations of the IEEE registries, as Debian's package ieee-data ships them, as rows to import.
 *
 * Three files with the head "Registry,Assignment,Organization Name,Organization Address". Each record gets two fields more: the
 * country's code (empty when the address names none) and the business unit that is to own the row. */
#ifndef CLI_DEMO_REGISTRY_H
#define CLI_DEMO_REGISTRY_H

#include "cli/csv.h"
#include "cli/demo_country.h"
#include "cli/import.h"

/* The unit of those whose address names no country. */
#define DEMO_UNIT_NO_COUNTRY "No country named"

enum { DEMO_REGISTRIES = 3, DEMO_COLUMNS = 6 };

struct demo_registry {
	struct countries countries;
	size_t organisations[COUNTRY_CODES + 1]; /* by country; the last: COUNTRY_NONE */
	size_t total;
	/* private: where reading stands */
	struct arena *arena;
	bytes file[DEMO_REGISTRIES];
	size_t file_at, octets_before;
	bytes rest;
	struct csv_reader reader;
	bool reading;
	struct csv_record record;
	str fields[DEMO_COLUMNS];
	char code[COUNTRY_CODE_BYTES];
};

/* Reads all of it once and counts. ERR_NOT_FOUND: a package is missing; ERR_INVALID: a file is not what it should be. */
MUST_USE NONNULL err demo_registry_open(struct arena *arena, struct demo_registry *out);
NONNULL void demo_registry_close(struct demo_registry *registry);
/* From the first record on; borrows from the registry. */
MUST_USE NONNULL err demo_registry_source(struct demo_registry *registry, struct import_source *out);
/* The name of the unit that owns a country's rows. */
NONNULL str demo_unit_of(const struct demo_registry *registry, size_t country);

#endif
