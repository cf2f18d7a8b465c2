/* A log of the attacker's octets beside a valid database: it opens with exactly the rows it had, or is refused as
 * damaged; never a crash, never other data. The first octets of the input are put under the anchored salts, so that the
 * log is taken and its frames are reached. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/file.h"
#include "store/sqlite_sidecar.h"
#include "store/store.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct sql_migration migrations[] = {
	{ 1, "t", "CREATE TABLE t(a INTEGER, b TEXT); INSERT INTO t VALUES(41,'x'),(1,'y');" },
};

static int64_t sum(struct store *store)
{
	SCOPED(statement) s = { 0 };
	bool row = false;
	if (failed(statement_open_text(store, S("SELECT sum(a) FROM t"), &s)) || failed(statement_step(&s, &row)) || !row)
		return -1;
	return column_i64(&s, 0);
}

static void must(bool held)
{
	if (!held)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char folder[] = "/tmp/bailiwick-fuzz-XXXXXX", path[64], log[72], sidecar_path[72];
	static struct database_keys keys = { .version_count = 1, .versions = { 1 } };
	struct store_options o = { .path = path, .keys = &keys, .migrations = migrations, .migration_count = 1 };
	struct store *store = NULL;
	struct sidecar sidecar;

	must(mkdtemp(folder) != NULL);
	snprintf(path, sizeof path, "%s/a.db", folder);
	snprintf(log, sizeof log, "%s-wal", path);
	snprintf(sidecar_path, sizeof sidecar_path, "%s.bwk", path);
	must(!failed(store_open(&o, &store)));
	store_close(store);
	must(!failed(sidecar_read(sidecar_path, &keys.anchor, &sidecar)));
	if (size >= 24) { /* the salts that the input has count as anchored */
		memcpy(sidecar.anchor.wal_salts, data + 16, 8);
		sidecar.anchor.change_counter |= ANCHOR_LOG_STARTING;
		must(!failed(sidecar_write(sidecar_path, &keys.anchor, &sidecar)));
	}
	must(!failed(file_write(log, bytes_of(data, size), 0600)));
	err e = store_open(&o, &store);
	if (!failed(e)) {
		must(sum(store) == 42);
		store_close(store);
	}
	unlink(path), unlink(log), unlink(sidecar_path), rmdir(folder);
	return 0;
}
