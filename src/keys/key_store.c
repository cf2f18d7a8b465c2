#include "keys/key_store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "codec/reader.h"
#include "codec/writer.h"
#include "host/clock.h"
#include "host/fault.h"
#include "host/file.h"
#include "host/log.h"
#include "host/random.h"
#include "host/secret_memory.h"

enum {
	FORMAT_VERSION = 1,
	FRAME_HEAD = 8, /* the length, and its complement */
	FRAME_OVERHEAD = AEAD_NONCE_BYTES + AEAD_TAG_BYTES,
	FILE_BYTES_MAX = 1 << 30,
	COMPACT_DEAD_MIN = 4096, /* so many replaced records, and more of them than live ones, before a compaction */
};

struct key_store {
	char path[1024];
	int fd;
	struct uuid file_id;
	struct key_meta epoch_meta;
	struct wrapping_key epoch;
	uint8_t root_wrapped[AEAD_KEY_BYTES + WRAPPED_OVERHEAD];
	uint64_t next_number;
	off_t end; /* where the next record goes */
	struct record_table records;
	size_t dead; /* replaced records that the file still holds */
};

/* --- sealing --- */

static err seal_record(const struct wrapping_key *key, const struct uuid *file_id, uint64_t number,
		       const struct record *record, struct buffer *out)
{
	SCOPED(buffer) plain = { 0 };
	SCOPED(buffer) aad = { 0 };
	buffer_init(&plain, RECORD_BYTES_MAX);
	buffer_init(&aad, 64);
	record_encode(&plain, record);
	buffer_append_str(&aad, S("bwks1"));
	buffer_append(&aad, bytes_of(file_id->b, 16));
	write_u64(&aad, number);
	size_t framed = plain.len + FRAME_OVERHEAD;
	write_u32(out, (uint32_t)framed);
	write_u32(out, ~(uint32_t)framed);
	uint8_t *at = buffer_reserve(out, framed);
	if (plain.failed || aad.failed || !at)
		FAIL(ERR_LIMIT, "no memory for a record");
	random_bytes(at, AEAD_NONCE_BYTES);
	TRY(aead_seal(key->k, at, buffer_bytes(&aad), buffer_bytes(&plain), at + AEAD_NONCE_BYTES,
		      at + AEAD_NONCE_BYTES + plain.len));
	out->len += framed;
	return OK;
}

static err open_record(const struct key_store *s, bytes frame, struct record *out)
{
	uint8_t plain[RECORD_BYTES_MAX];
	SCOPED(buffer) aad = { 0 };
	if (frame.len < FRAME_OVERHEAD || frame.len - FRAME_OVERHEAD > sizeof plain)
		FAIL(ERR_CORRUPT, "record of an impossible length");
	buffer_init(&aad, 64);
	buffer_append_str(&aad, S("bwks1"));
	buffer_append(&aad, bytes_of(s->file_id.b, 16));
	write_u64(&aad, s->next_number);
	bytes cipher = bytes_slice(frame, AEAD_NONCE_BYTES, frame.len - AEAD_TAG_BYTES);
	if (aad.failed || failed(aead_open(s->epoch.k, frame.at, buffer_bytes(&aad), cipher,
					   frame.at + frame.len - AEAD_TAG_BYTES, plain)))
		FAIL(ERR_CORRUPT, "record that does not authenticate");
	err e = record_decode(bytes_of(plain, cipher.len), out);
	explicit_bzero(plain, sizeof plain);
	return e;
}

static void write_header(struct buffer *b, const struct uuid *file_id, const uint8_t *wrapped, size_t wrapped_len)
{
	buffer_append_str(b, S("BWKS"));
	write_u8(b, FORMAT_VERSION);
	buffer_append(b, bytes_of(file_id->b, 16));
	write_str16(b, (str){ (const char *)wrapped, wrapped_len });
}

/* The epoch key has no record of its own: its description is fixed, so that the header alone opens. */
static struct key_meta epoch_meta(void)
{
	return (struct key_meta){ .version = 1, .kind = KEY_EPOCH, .state = KEY_ACTIVE };
}

/* --- in memory --- */

static err remember(struct key_store *s, const struct record *record)
{
	bool replaced;
	TRY(record_table_put(&s->records, record, &replaced));
	s->dead += replaced;
	return OK;
}

const struct record *key_store_at(const struct key_store *store, size_t index)
{
	return record_table_at(&store->records, index);
}

const struct record *key_store_find(const struct key_store *store, const struct record_place *place, const struct record *after)
{
	return record_table_find(&store->records, place, after);
}

const struct wrapping_key *key_store_epoch_key(const struct key_store *store)
{
	return &store->epoch;
}

const struct key_meta *key_store_epoch_meta(const struct key_store *store)
{
	return &store->epoch_meta;
}

/* --- making and opening --- */

err key_store_create(const char *path, const struct wrapping_key *root)
{
	struct key_meta meta = epoch_meta();
	SECRET(wrapping_key) epoch;
	uint8_t wrapped[AEAD_KEY_BYTES + WRAPPED_OVERHEAD];
	struct uuid file_id = random_uuid_v4();
	SCOPED(buffer) b = { 0 };
	buffer_init(&b, 1024);
	if (access(path, F_OK) == 0)
		FAIL(ERR_CONFLICT, "there is a key store already");
	random_bytes(epoch.k, sizeof epoch.k);
	TRY(key_wrap(root, &meta, bytes_of(epoch.k, sizeof epoch.k), wrapped));
	write_header(&b, &file_id, wrapped, sizeof wrapped);
	if (b.failed)
		FAIL(ERR_LIMIT, "no memory for the key store");
	return file_write(path, buffer_bytes(&b), 0600);
}

static err read_header(struct key_store *s, struct reader *r, const struct wrapping_key *root)
{
	bytes magic = read_bytes(r, 4);
	uint8_t version = read_u8(r);
	read_into(r, s->file_id.b, 16);
	str wrapped = read_str16(r);
	if (r->bad || !bytes_equal(magic, bytes_of_str(S("BWKS"))) || version != FORMAT_VERSION ||
	    wrapped.len != sizeof s->root_wrapped)
		FAIL(ERR_CORRUPT, "not a key store");
	memcpy(s->root_wrapped, wrapped.at, wrapped.len);
	s->epoch_meta = epoch_meta();
	if (failed(key_unwrap(root, &s->epoch_meta, bytes_of_str(wrapped), s->epoch.k)))
		FAIL(ERR_DENIED, "the root key does not open this key store");
	return OK;
}

static bool is_zero(bytes b)
{
	size_t i = 0;
	while (i < b.len && b.at[i] == 0)
		i++;
	return i == b.len;
}

/* The frame at the reader. ERR_NOT_FOUND when what is there can only be the beginning of an append that a power cut stopped:
 * fewer octets than announced, or none but zeros. A length that has been altered is told from that by its complement. */
static err next_frame(struct reader *r, bytes *out)
{
	bytes rest = r->rest;
	uint32_t length = read_u32(r), complement = read_u32(r);
	if (r->bad || is_zero(rest))
		FAIL(ERR_NOT_FOUND, "torn record");
	if (length != ~complement || length > RECORD_BYTES_MAX + FRAME_OVERHEAD)
		FAIL(ERR_CORRUPT, "record whose length has been altered");
	*out = read_bytes(r, length);
	if (r->bad)
		FAIL(ERR_NOT_FOUND, "torn record");
	return OK;
}

/* Cuts off what was never acknowledged. It is kept beside the store: should it have been acknowledged after all and its octets
 * altered since, it is not our reading that loses them. */
static err cut_tail(struct key_store *s, bytes tail)
{
	char path[sizeof s->path + 8];
	if (tail.len == 0)
		return OK;
	snprintf(path, sizeof path, "%s.cut", s->path);
	log_line(LOG_WARNING, "the key store ended in a torn record of %zu octets: kept in %s", tail.len, path);
	TRY(file_write(path, tail, 0600));
	if (ftruncate(s->fd, s->end) != 0 || fdatasync(s->fd) != 0)
		return err_of_errno(errno);
	return OK;
}

static err read_records(struct key_store *s, bytes raw, struct reader *r)
{
	struct record record;
	s->end = (off_t)(raw.len - r->rest.len);
	while (r->rest.len) {
		bytes frame;
		err e = next_frame(r, &frame);
		if (err_kind_of(e) == ERR_NOT_FOUND)
			break;
		TRY(e);
		e = open_record(s, frame, &record);
		if (failed(e) && r->rest.len == 0 && err_kind_of(e) == ERR_CORRUPT)
			break; /* the whole length was written, but not all of the content */
		TRY(e);
		TRY(remember(s, &record));
		s->next_number++;
		s->end = (off_t)(raw.len - r->rest.len);
	}
	return cut_tail(s, bytes_from(raw, (size_t)s->end));
}

static err load(struct key_store *s, const struct wrapping_key *root)
{
	struct arena *arena = arena_new(FILE_BYTES_MAX);
	bytes raw = { 0 };
	if (!arena)
		FAIL(ERR_LIMIT, "no memory for the key store");
	err e = file_read(s->path, FILE_BYTES_MAX / 2, arena, &raw);
	struct reader r = reader_of(raw);
	if (!failed(e))
		e = read_header(s, &r, root);
	if (!failed(e))
		e = read_records(s, raw, &r);
	arena_free(arena);
	return e;
}

err key_store_open(const char *path, const struct wrapping_key *root, struct key_store **out)
{
	void *pages;
	struct map_seed seed;
	TRY(secret_memory_new(sizeof(struct key_store), &pages)); /* the epoch key is in it */
	struct key_store *s = pages;
	random_bytes(&seed, sizeof seed);
	record_table_init(&s->records, seed);
	snprintf(s->path, sizeof s->path, "%s", path);
	s->fd = open(path, O_RDWR | O_CLOEXEC);
	err e = s->fd < 0 ? err_of_errno(errno) : load(s, root);
	if (failed(e)) {
		key_store_close(s);
		return e;
	}
	*out = s;
	return OK;
}

void key_store_close(struct key_store *s)
{
	if (!s)
		return;
	if (s->fd >= 0)
		close(s->fd);
	record_table_release(&s->records);
	secret_memory_free(s, sizeof *s);
}

/* --- writing --- */

static err write_at_end(struct key_store *s, bytes frame)
{
	size_t done = 0;
	while (done < frame.len) {
		ssize_t n = pwrite(s->fd, frame.at + done, frame.len - done, s->end + (off_t)done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_of_errno(errno);
		done += (size_t)n;
		FAULT("keys.store.written");
	}
	if (fdatasync(s->fd) != 0)
		return err_of_errno(errno);
	return OK;
}

static err write_compacted(const struct key_store *s, const struct uuid *file_id)
{
	SCOPED(buffer) b = { 0 };
	buffer_init(&b, FILE_BYTES_MAX / 2);
	write_header(&b, file_id, s->root_wrapped, sizeof s->root_wrapped);
	for (size_t i = 0; i < s->records.count; i++)
		TRY(seal_record(&s->epoch, file_id, i, record_table_at(&s->records, i), &b));
	if (b.failed)
		FAIL(ERR_LIMIT, "no memory to compact the key store");
	FAULT("keys.store.compacting");
	return file_write(s->path, buffer_bytes(&b), 0600);
}

static err compact(struct key_store *s)
{
	struct uuid file_id = random_uuid_v4();
	TRY(write_compacted(s, &file_id));
	FAULT("keys.store.compacted");
	int fd = open(s->path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return err_of_errno(errno);
	close(s->fd);
	s->fd = fd;
	s->file_id = file_id;
	s->next_number = s->records.count;
	s->end = lseek(fd, 0, SEEK_END);
	s->dead = 0;
	return OK;
}

err key_store_put(struct key_store *s, const struct record *record)
{
	SCOPED(buffer) frame = { 0 };
	buffer_init(&frame, RECORD_BYTES_MAX + 64);
	if (s->dead > COMPACT_DEAD_MIN && s->dead > s->records.count)
		TRY(compact(s));
	TRY(seal_record(&s->epoch, &s->file_id, s->next_number, record, &frame));
	FAULT("keys.store.before_append");
	err e = write_at_end(s, buffer_bytes(&frame));
	if (failed(e)) { /* what was half written is cut off: now, else by the next opening */
		int cut = ftruncate(s->fd, s->end);
		(void)cut;
		return e;
	}
	s->end += (off_t)frame.len;
	s->next_number++;
	FAULT("keys.store.appended");
	return remember(s, record);
}

/* The new file is what makes it durable; until it is in place, memory can go back to what the old one says. */
err key_store_replace(struct key_store *s, const struct record *record)
{
	const struct record_place place = record_place_of(record);
	const struct record *old = NULL;
	struct record before = { .kind = record->kind };
	while ((old = key_store_find(s, &place, old)) && !record_same_subject(old, record))
		;
	if (!old || old->kind != RECORD_KEY)
		FAIL(ERR_NOT_FOUND, "no such key to replace");
	before.key.meta = old->key.meta;
	before.key.wrapped_len = old->key.wrapped_len;
	memcpy(before.key.wrapped, old->key.wrapped, old->key.wrapped_len);
	TRY(remember(s, record));
	struct uuid file_id = s->file_id;
	err e = compact(s);
	if (failed(e) && uuid_equal(&file_id, &s->file_id)) {
		err back = remember(s, &before);
		(void)back; /* the chains have room for what they held */
	}
	return e;
}
