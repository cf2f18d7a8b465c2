/* audit/log_files.h - the files of one log: FOLDER/tile/<level>/<index>, FOLDER/tile/entries/<index>, FOLDER/checkpoint.
 *
 * A tile that is not full yet grows in place under its full name. Every narrower partial tile is a prefix of it, since whole
 * subtrees never change, so one file serves all widths that were ever signed. What stands behind the signed size is not relied
 * on: it is written again after a crash.
 * Errors: ERR_CORRUPT when octets that must be there are not; ERR_FULL without room. */
#ifndef AUDIT_LOG_FILES_H
#define AUDIT_LOG_FILES_H

#include "audit/tile.h"
#include "base/arena.h"

enum { LOG_PATH_MAX = 1100, LOG_DIRTY_MAX = 24 };

struct log_files {
	char folder[LOG_PATH_MAX];
	int dirty[LOG_DIRTY_MAX]; /* written, not yet synced */
	size_t dirty_count;
};

MUST_USE NONNULL err log_files_open(struct log_files *files, const char *folder);
/* Closes; what was not synced may be lost. Accepts a zeroed value. */
NONNULL void log_files_release(struct log_files *files);
MUST_USE NONNULL err log_files_write(struct log_files *files, const struct tile_name *name, size_t offset, bytes content);
MUST_USE NONNULL err log_files_read(const struct log_files *files, const struct tile_name *name, size_t offset, size_t len,
				    uint8_t *to);
/* Makes everything written durable. */
MUST_USE NONNULL err log_files_sync(struct log_files *files);
MUST_USE NONNULL err log_files_write_checkpoint(const struct log_files *files, str note);
/* ERR_NOT_FOUND before the first. */
MUST_USE NONNULL err log_files_read_checkpoint(const struct log_files *files, struct arena *arena, str *out);

#endif
