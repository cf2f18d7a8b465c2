/* The job against the real bulk route, behind a socket that can break at any request: before it is answered, after, or with the
 * edge's own "away". Whatever breaks, no row is missing and none is there twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "../data/server.h"
#include "cli/import.h"

enum { RECORDS = 1100, REQUEST_BYTES_MAX = 4 << 20 };

/* --- the lane: one connection, one request, as the operator's socket --- */

enum breakage { NOTHING = 0, DROPPED_BEFORE, DROPPED_AFTER, AWAY };

struct lane {
	struct server *server;
	char folder[64];
	int listener;
	pthread_t thread;
	_Atomic int requests, posts;  /* seen so far; posts of rows among them */
	_Atomic int break_at;         /* the request that breaks, from 0; -1: none */
	_Atomic enum breakage how;
};

static size_t request_read(int fd, char *raw)
{
	size_t len = 0, wanted = SIZE_MAX;
	while (len < wanted && len < REQUEST_BYTES_MAX - 1) {
		ssize_t n = recv(fd, raw + len, REQUEST_BYTES_MAX - 1 - len, 0);
		if (n <= 0)
			return 0;
		len += (size_t)n;
		raw[len] = 0;
		const char *head_end = strstr(raw, "\r\n\r\n"), *length = strstr(raw, "content-length: ");
		if (head_end && wanted == SIZE_MAX)
			wanted = (size_t)(head_end + 4 - raw) + (length && length < head_end ? strtoul(length + 16, NULL, 10) : 0);
	}
	return len;
}

static void answer_send(int fd, int status, str body)
{
	char head[200];
	int n = snprintf(head, sizeof head, "HTTP/1.1 %d Status\r\ncontent-type: application/json\r\ncontent-length: %zu\r\n\r\n", status, body.len);
	(void)!send(fd, head, (size_t)n, MSG_NOSIGNAL);
	for (ssize_t sent; body.len && (sent = send(fd, body.at, body.len, MSG_NOSIGNAL)) > 0;)
		body = str_from(body, (size_t)sent);
}

/* "POST /e/sales/path?query HTTP/1.1" */
static void serve_one(struct lane *lane, int fd, char *raw)
{
	int number = lane->requests++;
	enum breakage how = number == lane->break_at ? lane->how : NOTHING;
	if (!request_read(fd, raw) || how == DROPPED_BEFORE)
		return;
	if (how == AWAY) {
		answer_send(fd, 502, S("{\"title\":\"The service was interrupted\"}"));
		return;
	}
	char *body = strstr(raw, "\r\n\r\n") + 4, *method = raw, *target = strchr(raw, ' ') + 1;
	target[-1] = 0;
	*strchr(target, ' ') = 0;
	char *query = strchr(target, '?');
	if (query)
		*query++ = 0;
	lane->posts += query && strcmp(method, "POST") == 0 && strstr(query, "batch=");
	struct answer a = server_ask(lane->server, (struct ask){ method, target + strlen("/e/sales"), query, *body ? body : NULL, .surface = "" });
	if (how != DROPPED_AFTER)
		answer_send(fd, a.status, a.text);
}

static void *lane_serve(void *self)
{
	struct lane *lane = self;
	char *raw = malloc(REQUEST_BYTES_MAX);
	for (int fd; raw && (fd = accept(lane->listener, NULL, NULL)) >= 0;) {
		serve_one(lane, fd, raw);
		close(fd);
	}
	free(raw);
	return NULL;
}

#define LABEL(text_) "{\"LocalizedLabels\":[{\"Label\":\"" text_ "\",\"LanguageCode\":1033}]}"
static const char org_table[] =
	"{\"@odata.type\":\"Microsoft.Dynamics.CRM.EntityMetadata\",\"SchemaName\":\"new_Org\",\"EntitySetName\":\"new_orgs\","
	"\"DisplayName\":" LABEL("Org") ",\"DisplayCollectionName\":" LABEL("Orgs") ",\"OwnershipType\":\"UserOwned\","
	"\"Attributes\":[{\"@odata.type\":\"Microsoft.Dynamics.CRM.StringAttributeMetadata\",\"SchemaName\":\"new_Name\","
	"\"IsPrimaryName\":true,\"MaxLength\":20,\"DisplayName\":" LABEL("Name") "}]}";

static int setup(void **state)
{
	struct lane *lane = calloc(1, sizeof *lane);
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char run[80];
	lane->server = server_new();
	lane->break_at = -1;
	EXPECT(server_ask(lane->server, (struct ask){ "POST", "/EntityDefinitions", .body = org_table }), 204);
	(void)snprintf(lane->folder, sizeof lane->folder, "/tmp/bailiwick-lane-XXXXXX");
	assert_non_null(mkdtemp(lane->folder));
	(void)snprintf(run, sizeof run, "%s/run", lane->folder);
	assert_int_equal(mkdir(run, 0700), 0);
	(void)snprintf(address.sun_path, sizeof address.sun_path, "%s/run/control.sock", lane->folder);
	lane->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(lane->listener, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(lane->listener, 8), 0);
	assert_int_equal(pthread_create(&lane->thread, NULL, lane_serve, lane), 0);
	*state = lane;
	return 0;
}

static int teardown(void **state)
{
	struct lane *lane = *state;
	char path[96];
	shutdown(lane->listener, SHUT_RDWR);
	pthread_join(lane->thread, NULL);
	close(lane->listener);
	(void)snprintf(path, sizeof path, "%s/run/control.sock", lane->folder);
	unlink(path);
	(void)snprintf(path, sizeof path, "%s/run", lane->folder);
	rmdir(path);
	rmdir(lane->folder);
	server_free(lane->server);
	free(lane);
	return 0;
}

/* --- a source: every 100th record is one that the service rejects, every 250th one that has no fields --- */

struct records {
	int at, end, cut; /* cut: where it fails, as if the command had been killed there; -1: nowhere */
	char name[32];
	str field;
};

static err record_next(void *self, struct import_record *out, bool *out_end)
{
	struct records *r = self;
	*out_end = r->at == r->end;
	if (r->at == r->cut)
		FAIL(ERR_INTERNAL, "cut off");
	if (*out_end)
		return OK;
	int n = ++r->at;
	(void)snprintf(r->name, sizeof r->name, n % 100 == 0 ? "%07d far too long for it" : "%07d", n);
	r->field = str_of(r->name);
	*out = (struct import_record){ .line = (uint64_t)n + 1, .octets = (uint64_t)n, .problem = n % 250 == 0 ? "unusable" : NULL, .count = 1,
				       .fields = &r->field };
	return OK;
}

enum { UNUSABLE = RECORDS / 250, TOO_LONG = RECORDS / 100 - RECORDS / 500, GOOD = RECORDS - UNUSABLE - TOO_LONG };

struct heard {
	int rejected, waiting, progress;
	uint64_t line_sum;
};

static void on_rejected(void *self, uint64_t line, str reason)
{
	struct heard *h = self;
	assert_true(reason.len > 0);
	h->rejected++;
	h->line_sum += line;
}

static void on_waiting(void *self, const char *why)
{
	struct heard *h = self;
	(void)why;
	h->waiting++;
}

static void on_progress(void *self, const struct import_progress *p)
{
	struct heard *h = self;
	assert_true(p->octets <= RECORDS);
	h->progress++;
}

static err import(struct lane *lane, const char *name, int cut, int end, struct import_summary *sum, struct heard *heard)
{
	static const str columns[] = { S("new_name") };
	struct records records = { .cut = cut, .end = end };
	struct import_source source = { .name = str_of(name), .columns = columns, .column_count = 1, .octets = (uint64_t)end, .self = &records,
					.next = record_next, .digest = { { (uint8_t)end } } };
	struct import_options options = { .target = { .folder = lane->folder }, .environment = S("sales"), .table = S("new_orgs"),
					  .patience_s = 1, .sink = { heard, on_progress, on_rejected, on_waiting } };
	*heard = (struct heard){ 0 };
	return import_run(&options, &source, sum);
}

static int64_t rows(struct lane *lane)
{
	int64_t n;
	struct answer a = server_ask(lane->server, (struct ask){ "GET", "/new_orgs", "$count=true&$top=1" });
	SCOPED(statement) s = { 0 };
	bool row;
	assert_true(json_member_is_i64(a.json, S("@odata.count"), &n));
	/* the service counts no further than 5000 */
	MUST(statement_open_text(lane->server->store, S("SELECT n FROM row_count WHERE unit = 0 AND owner = 0 ORDER BY tbl DESC LIMIT 1"), &s));
	MUST(statement_step(&s, &row));
	return row ? column_i64(&s, 0) : n;
}

static void is_whole(const struct import_summary *sum, const struct heard *heard)
{
	assert_int_equal(sum->imported, GOOD);
	assert_int_equal(sum->rejected, UNUSABLE + TOO_LONG);
	assert_int_equal(heard->rejected, UNUSABLE + TOO_LONG);
}

static void an_import_brings_all_in_and_once(void **state)
{
	struct lane *lane = *state;
	struct import_summary sum;
	struct heard heard;
	MUST(import(lane, "a", -1, RECORDS, &sum, &heard));
	is_whole(&sum, &heard);
	assert_false(sum.was_complete);
	assert_true(heard.progress >= 3);
	uint64_t lines = heard.line_sum;
	assert_int_equal(rows(lane), GOOD);
	int posts = lane->posts;
	MUST(import(lane, "a", -1, RECORDS, &sum, &heard));
	is_whole(&sum, &heard);
	assert_true(sum.was_complete);
	assert_int_equal(heard.line_sum, lines);
	assert_int_equal(sum.rows_now, 0);
	assert_int_equal(lane->posts, posts); /* no row was sent */
	assert_int_equal(rows(lane), GOOD);
}

static void an_import_cut_off_anywhere_goes_on(void **state)
{
	static const int cuts[] = { 0, 1003, 1004, 1005, 1100 };
	struct lane *lane = *state;
	struct import_summary sum;
	struct heard heard;
	for (size_t i = 0; i < COUNT_OF(cuts); i++) {
		const char *name = str_format(lane->server->arena, "cut %zu", i).at;
		assert_int_equal(err_kind_of(import(lane, name, cuts[i], RECORDS, &sum, &heard)), ERR_INTERNAL);
		MUST(import(lane, name, -1, RECORDS, &sum, &heard));
		is_whole(&sum, &heard);
		assert_int_equal(rows(lane), GOOD * (int64_t)(i + 1));
	}
}

static void a_service_that_breaks_only_delays(void **state)
{
	static const enum breakage ways[] = { DROPPED_BEFORE, DROPPED_AFTER, AWAY };
	struct lane *lane = *state;
	struct import_summary sum;
	struct heard heard;
	int64_t times = 0;
	for (size_t way = 0; way < COUNT_OF(ways); way++) {
		for (int at = 0; at < 5; at++) { /* definition, start, two batches, finish */
			lane->requests = 0;
			lane->how = ways[way];
			lane->break_at = at;
			MUST(import(lane, str_format(lane->server->arena, "break %zu %d", way, at).at, -1, RECORDS, &sum, &heard));
			is_whole(&sum, &heard);
			assert_int_equal(heard.waiting, 1);
			assert_int_equal(rows(lane), GOOD * ++times);
		}
	}
}

static void a_source_that_changed_is_told(void **state)
{
	struct lane *lane = *state;
	struct import_summary sum;
	struct heard heard;
	assert_int_equal(err_kind_of(import(lane, "a", 1050, RECORDS, &sum, &heard)), ERR_INTERNAL);
	assert_int_equal(err_kind_of(import(lane, "a", -1, RECORDS + 1, &sum, &heard)), ERR_CONFLICT);
	assert_true(sum.problem[0]);
	MUST(import(lane, "b", -1, RECORDS, &sum, &heard)); /* another name is another job */
	MUST(import(lane, "a", -1, RECORDS, &sum, &heard));
	assert_int_equal(rows(lane), 2 * GOOD);
}

static void a_service_that_stays_away_ends_the_import(void **state)
{
	struct lane *lane = *state;
	struct import_summary sum;
	struct heard heard;
	char folder[sizeof lane->folder];
	memcpy(folder, lane->folder, sizeof folder);
	lane->folder[strlen(lane->folder) - 1] ^= 1; /* a folder where nobody listens */
	assert_int_equal(err_kind_of(import(lane, "a", -1, RECORDS, &sum, &heard)), ERR_UNAVAILABLE);
	assert_true(heard.waiting > 1);
	memcpy(lane->folder, folder, sizeof folder);
}

static void what_does_not_fit_is_told_before_a_row_is_sent(void **state)
{
	struct lane *lane = *state;
	static const str columns[] = { S("new_nothing") };
	struct records records = { .cut = -1, .end = 10 };
	struct import_source source = { .name = S("x"), .columns = columns, .column_count = 1, .self = &records, .next = record_next };
	struct import_options options = { .target = { .folder = lane->folder }, .environment = S("sales"), .table = S("new_org") };
	struct import_summary sum;
	assert_int_equal(err_kind_of(import_run(&options, &source, &sum)), ERR_INVALID);
	assert_true(sum.problem[0]);
	options.table = S("nothing");
	assert_int_equal(err_kind_of(import_run(&options, &source, &sum)), ERR_NOT_FOUND);
	options.table = S("it's");
	assert_int_equal(err_kind_of(import_run(&options, &source, &sum)), ERR_NOT_FOUND);
	assert_int_equal(lane->posts, 0);
	assert_int_equal(records.at, 0);
}

/* --- records of great length: a batch ends at its octets too, and a row that would be no batch is rejected here --- */

enum { LONG_RECORDS = 9, LONG_BYTES = 300 * 1024, TOO_LONG_BYTES = 1200 * 1024 };

static err long_next(void *self, struct import_record *out, bool *out_end)
{
	struct records *r = self;
	*out_end = r->at == r->end;
	if (*out_end)
		return OK;
	int n = ++r->at;
	r->field.len = n == 5 ? TOO_LONG_BYTES : LONG_BYTES;
	*out = (struct import_record){ .line = (uint64_t)n, .count = 1, .fields = &r->field };
	return OK;
}

static void long_records_fit_or_are_rejected(void **state)
{
	struct lane *lane = *state;
	static const str columns[] = { S("new_name") };
	struct heard heard = { 0 };
	char *text = malloc(TOO_LONG_BYTES);
	memset(text, 'x', TOO_LONG_BYTES);
	for (int times = 0; times < 2; times++) {
		struct records records = { .end = LONG_RECORDS, .field = { text, 0 } };
		struct import_source source = { .name = S("long"), .columns = columns, .column_count = 1, .self = &records, .next = long_next };
		struct import_options options = { .target = { .folder = lane->folder }, .environment = S("sales"), .table = S("new_org"),
						  .sink = { &heard, NULL, on_rejected, NULL } };
		struct import_summary sum;
		heard = (struct heard){ 0 };
		MUST(import_run(&options, &source, &sum));
		assert_int_equal(sum.batches, 2);
		assert_int_equal(sum.rejected, LONG_RECORDS);
		assert_int_equal(heard.line_sum, LONG_RECORDS * (LONG_RECORDS + 1) / 2);
	}
	assert_int_equal(lane->posts, 2);
	free(text);
}

int main(void)
{
#define CASE(name_) cmocka_unit_test_setup_teardown(name_, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(an_import_brings_all_in_and_once),
		CASE(an_import_cut_off_anywhere_goes_on),
		CASE(a_service_that_breaks_only_delays),
		CASE(a_source_that_changed_is_told),
		CASE(a_service_that_stays_away_ends_the_import),
		CASE(what_does_not_fit_is_told_before_a_row_is_sent),
		CASE(long_records_fit_or_are_rejected),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
