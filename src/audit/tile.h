/* audit/tile.h - names of tiles and of entry bundles.
 *
 * Source:  C2SP tlog-tiles; audit-and-trust 4.4. "0/x001/x234/067", "1/000.p/17", "entries/273.p/112".
 * Shapes:  a tile holds up to 256 hashes (8192 octets); a full one has no ".p". Levels 0 to 63. */
#ifndef AUDIT_TILE_H
#define AUDIT_TILE_H

#include "base/buffer.h"
#include "base/err.h"

enum { TILE_WIDTH = 256, TILE_HASH_BYTES = 32, TILE_BYTES_MAX = TILE_WIDTH * TILE_HASH_BYTES, TILE_LEVELS = 8,
       TILE_LEVEL_ENTRIES = -1 };

struct tile_name {
	int level;      /* TILE_LEVEL_ENTRIES: a bundle of entries */
	uint64_t index;
	unsigned width; /* 1 to 256 */
};

/* What stands behind "tile/". Exactly one text names a tile. */
MUST_USE NONNULL err tile_name_parse(str path, struct tile_name *out);
NONNULL void tile_name_write(struct buffer *to, const struct tile_name *name);
/* How wide that tile is in a log of `size` entries; 0: it does not exist. */
NONNULL unsigned tile_width_at(const struct tile_name *name, uint64_t size);

#endif
