/* What `init` leaves behind, on a real folder. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/init_config.h"
#include "crypto/x509.h"
#include "host/clock.h"
#include "host/config.h"
#include "host/file.h"
#include "keys/keeper.h"
#include "keys/root.h"

static const struct cli_ports no_ports = { NULL, NULL, 0 };

static int64_t now_ms(void)
{
	return clock_now(&clock_system).ms;
}

static int init(const char *folder, const char *option, const char *value)
{
	char *argv[] = { (char[]){ "bailiwick" }, (char[]){ "init" }, (char *)(uintptr_t)folder, (char[]){ "--json" },
			 (char *)(uintptr_t)option, (char *)(uintptr_t)value, NULL };
	return cli_main(option ? 6 : 4, argv, &no_ports);
}

static const char *in(struct arena *arena, const char *folder, const char *name)
{
	return str_format(arena, "%s/%s", folder, name).at;
}

static void remove_all(struct arena *arena, const char *folder)
{
	static const char *const names[] = { "bailiwick.conf", "keys/keys.store", "keys/root.key", "keys/root.passphrase",
					     "tls/ca.pem", "tls/server.pem" };
	for (size_t i = 0; i < COUNT_OF(names); i++)
		unlink(in(arena, folder, names[i]));
	rmdir(in(arena, folder, "keys"));
	rmdir(in(arena, folder, "tls"));
	rmdir(folder);
}

static void check_certificates(struct arena *arena, const char *folder, struct keeper *keeper)
{
	struct certificate_chain chain;
	struct certificate_facts facts;
	const struct sign_key *key;
	bytes pem;
	bool has_host = false;
	assert_false(failed(file_read(in(arena, folder, "tls/server.pem"), 1 << 20, arena, &pem)));
	assert_int_equal(str_find(str_of_bytes(pem), S("PRIVATE"), 0), SIZE_MAX);
	assert_false(failed(certificate_chain_parse(pem, arena, &chain)));
	assert_int_equal(chain.count, 2);
	assert_true(certificate_is_signed_by(chain.der[0], chain.der[1]));
	assert_false(failed(keeper_tls_key(keeper, 0, &key)));
	assert_true(certificate_fits_key(chain.der[0], key));
	assert_false(failed(keeper_tls_key(keeper, 1, &key)));
	assert_true(certificate_fits_key(chain.der[1], key));
	assert_false(failed(certificate_facts_of(chain.der[0], arena, &facts)));
	for (size_t i = 0; i < facts.name_count; i++)
		has_host = has_host || str_equal(facts.names[i], S("id.example.test"));
	assert_true(has_host);
}

static void an_installation_opens_and_is_never_made_twice(void **state)
{
	(void)state;
	char folder[] = "/tmp/bailiwick-init-XXXXXX";
	struct arena *arena = arena_new(16 << 20);
	struct config config;
	struct keeper *keeper = NULL;
	struct stat info;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(init(folder, "--origin", "https://id.example.test:9443"), CLI_OK);
	assert_false(failed(config_load(folder, arena, &config, NULL)));
	assert_true(str_equal(config.origin, S("https://id.example.test:9443")));
	assert_int_equal(config.listen[0].port, 9443);
	{
		SECRET(wrapping_key) root = { { 0 } };
		assert_false(failed(root_file_open(in(arena, folder, "keys/root.key"), &root)));
		assert_false(failed(keeper_open(in(arena, folder, "keys/keys.store"), &root, now_ms, &keeper)));
	}
	check_certificates(arena, folder, keeper);
	keeper_close(keeper);
	assert_int_equal(stat(in(arena, folder, "keys"), &info), 0);
	assert_int_equal(info.st_mode & 0777, 0700);
	assert_int_equal(init(folder, NULL, NULL), CLI_FAILED);
	remove_all(arena, folder);
	arena_free(arena);
}

static void bad_wishes_leave_nothing(void **state)
{
	static const char *const wishes[][2] = {
		{ "--origin", "http://localhost" }, { "--origin", "https://a/b" }, { "--origin", "nonsense" },
		{ "--origin", "https://a\nb" },     { "--listen", "localhost" },   { "--root", "paper" },
	};
	(void)state;
	char folder[] = "/tmp/bailiwick-init-XXXXXX";
	assert_non_null(mkdtemp(folder));
	for (size_t i = 0; i < COUNT_OF(wishes); i++)
		if (init(folder, wishes[i][0], wishes[i][1]) != CLI_USAGE)
			fail_msg("%s %s", wishes[i][0], wishes[i][1]);
	assert_int_equal(rmdir(folder), 0);
}

/* The defaults that the comments tell are the defaults that the parser has. */
static void the_comments_tell_the_truth(void **state)
{
	(void)state;
	struct arena *arena = arena_new(1 << 20);
	struct init_wish wish = { S(""), S(""), S("") };
	struct config plain, told;
	str text, line;
	struct buffer b;
	buffer_init(&b, 1 << 16);
	assert_false(failed(init_config_text(&wish, arena, &text)));
	assert_false(failed(config_parse(text, arena, &plain, NULL)));
	while (str_split(&text, '\n', &line)) {
		bool number = str_find(line, S(" = "), 0) != SIZE_MAX && line.at[line.len - 1] >= '0' &&
			      line.at[line.len - 1] <= '9' && line.at[0] == '#';
		buffer_append_str(&b, number ? str_from(line, 1) : line);
		buffer_append_char(&b, '\n');
	}
	assert_false(failed(config_parse(buffer_str(&b), arena, &told, NULL)));
	assert_int_equal(plain.idle_s, told.idle_s);
	assert_int_equal(plain.uid_base, told.uid_base);
	assert_int_equal(plain.body_bytes_max, told.body_bytes_max);
	assert_int_equal(plain.upload_bytes_max, told.upload_bytes_max);
	assert_int_equal(plain.queue_total, told.queue_total);
	assert_int_equal(plain.head_s, told.head_s);
	assert_int_equal(plain.response_stall_s, told.response_stall_s);
	buffer_release(&b);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_installation_opens_and_is_never_made_twice),
		cmocka_unit_test(bad_wishes_leave_nothing),
		cmocka_unit_test(the_comments_tell_the_truth),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
