#include "store/sqlite_page_cipher.h"

#include <sys/mman.h>

#include "crypto/xaes.h"
#include "host/clock.h"
#include "host/random.h"

enum { AAD_BYTES_MAX = 49, NONCE_CHECK_EVERY = 256 };
static const int64_t session_ns_max = 3600LL * 1000000000;
static const int64_t clock_jump_ms = 2000;

/* A writer's session. A forked child finds it zeroed (MADV_WIPEONFORK), so `live` is false there. */
struct nonce_session {
	bool live;
	uint8_t n1[XAES_N1_BYTES];
	uint64_t counter;
	int64_t since_ns, wall_minus_monotonic_ms;
};

struct page_cipher {
	struct nonce_session session;
	struct uuid database;
	size_t count;
	uint32_t version[DATABASE_KEY_VERSIONS_MAX];
	struct xaes *xaes[DATABASE_KEY_VERSIONS_MAX];
};

err page_cipher_new(const struct database_keys *keys, struct page_cipher **out)
{
	if (!keys->version_count || keys->version_count > DATABASE_KEY_VERSIONS_MAX)
		FAIL(ERR_INVALID, "a database has between one and eight key versions");
	struct page_cipher *c = mmap(NULL, sizeof *c, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (c == MAP_FAILED)
		FAIL(ERR_LIMIT, "no memory for the page cipher");
	(void)mlock(c, sizeof *c); /* refused beyond RLIMIT_MEMLOCK: then the page is merely not dumped */
	(void)madvise(c, sizeof *c, MADV_DONTDUMP);
	(void)madvise(c, sizeof *c, MADV_WIPEONFORK);
	c->database = keys->database_id;
	for (; c->count < keys->version_count; c->count++) {
		err e = xaes_new(keys->page[c->count].k, &c->xaes[c->count]);
		if (failed(e)) {
			page_cipher_free(c);
			return e;
		}
		c->version[c->count] = keys->versions[c->count];
	}
	*out = c;
	return OK;
}

void page_cipher_free(struct page_cipher *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->count; i++)
		xaes_free(c->xaes[i]);
	explicit_bzero(c, sizeof *c);
	munmap(c, sizeof *c);
}

static void put_u32(uint8_t *at, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		at[i] = (uint8_t)(v >> (8 * i));
}

static uint32_t get_u32(const uint8_t *at)
{
	return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static size_t aad_write(const struct page_cipher *c, const struct page_place *p, const uint8_t *trailer, uint8_t *aad)
{
	size_t n = 21;

	memcpy(aad, "BWP1", 4);
	memcpy(aad + 4, c->database.b, 16);
	aad[20] = p->in_log ? 'W' : 'D';
	if (p->in_log) {
		put_u32(aad + n, p->frame);
		n += 4;
	}
	put_u32(aad + n, p->pgno);
	n += 4;
	if (p->in_log) {
		put_u32(aad + n, p->truncate);
		memcpy(aad + n + 4, p->salts, 8);
		n += 12;
	}
	memcpy(aad + n, trailer + 24, 8);
	return n + 8;
}

static int64_t wall_minus_monotonic_ms(void)
{
	return clock_now(&clock_system).ms - clock_monotonic_ns(&clock_system) / 1000000;
}

/* A new N1 at open, after a fork, hourly, before the counter leaves 32 bits, and when the clocks part (the machine was
 * suspended, or resumed from a snapshot that may be resumed twice). The clocks are asked every 256th page. */
static void session_renew(struct nonce_session *s)
{
	bool due = !s->live || s->counter >= UINT32_MAX;

	if (!due && s->counter % NONCE_CHECK_EVERY == 0) {
		int64_t jump = wall_minus_monotonic_ms() - s->wall_minus_monotonic_ms;
		due = jump > clock_jump_ms || jump < -clock_jump_ms ||
		      clock_monotonic_ns(&clock_system) - s->since_ns > session_ns_max;
	}
	if (!due)
		return;
	random_bytes(s->n1, sizeof s->n1);
	s->counter = 0;
	s->since_ns = clock_monotonic_ns(&clock_system);
	s->wall_minus_monotonic_ms = wall_minus_monotonic_ms();
	s->live = true;
}

err page_seal(struct page_cipher *c, const struct page_place *place, const uint8_t *plain, uint8_t *out_raw)
{
	uint8_t aad[AAD_BYTES_MAX], *trailer = out_raw + PAGE_BODY_BYTES;

	if (!c->count)
		FAIL(ERR_INTERNAL, "a forked process has no page keys");
	size_t newest = c->count - 1;
	session_renew(&c->session);
	c->session.counter++;
	memset(trailer, 0, PAGE_RESERVED_BYTES);
	memcpy(trailer, c->session.n1, XAES_N1_BYTES);
	for (int i = 0; i < 8; i++)
		trailer[16 + i] = (uint8_t)(c->session.counter >> (8 * (7 - i)));
	put_u32(trailer + 24, c->version[newest]);
	trailer[28] = 1;
	size_t aad_len = aad_write(c, place, trailer, aad);
	return xaes_seal(c->xaes[newest], trailer, bytes_of(aad, aad_len), bytes_of(plain, PAGE_BODY_BYTES), out_raw,
			 trailer + 32);
}

err page_open(struct page_cipher *c, const struct page_place *place, const uint8_t *raw, uint8_t *out_plain)
{
	uint8_t aad[AAD_BYTES_MAX], trailer[PAGE_RESERVED_BYTES];

	memcpy(trailer, raw + PAGE_BODY_BYTES, sizeof trailer); /* raw may be out_plain */
	memset(out_plain + PAGE_BODY_BYTES, 0, PAGE_RESERVED_BYTES);
	size_t aad_len = aad_write(c, place, trailer, aad);
	for (size_t i = 0; trailer[28] == 1 && i < c->count; i++) {
		if (c->version[i] != get_u32(trailer + 24))
			continue;
		if (failed(xaes_open(c->xaes[i], trailer, bytes_of(aad, aad_len), bytes_of(raw, PAGE_BODY_BYTES),
				     trailer + 32, out_plain)))
			FAIL(ERR_CORRUPT, "a page does not authenticate");
		return OK;
	}
	memset(out_plain, 0, PAGE_BYTES);
	FAIL(ERR_CORRUPT, "a page is sealed by a key that this database does not have");
}
