/* The provider, the context and the session against a keeper in another process; the client is OpenSSL in this one, over
 * memory-backed socket pairs driven by the loop. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "edge/tls_keeper.h"
#include "edge/tls_session.h"
#include "unit/edge/test_keeper.h"

enum { TURNS_MAX = 2000 };

struct bench {
	struct loop *loop;
	struct test_keeper keeper;
	struct tls_keeper *client;
	struct tls_library *library;
	struct tls_context *context;
	int tested; /* 0 not yet, 1 good, 2 bad */
	size_t tickets;
	bool resumed;
};

static void tested(void *self, err outcome)
{
	struct bench *b = self;
	b->tested = failed(outcome) ? 2 : 1;
}

static void tickets_came(void *self, const struct ticket_key *keys, size_t count)
{
	struct bench *b = self;
	b->tickets = count;
	tls_context_set_tickets(b->context, keys, count);
}

static void bench_open(struct bench *b, enum test_key kind, bool wrong_key)
{
	*b = (struct bench){ .loop = loop_new() };
	assert_false(failed(tls_keeper_new(b->loop, tickets_came, b, &b->client)));
	struct tls_signer signer = tls_keeper_signer(b->client);
	test_keeper_start(&b->keeper, kind, wrong_key);
	struct tls_options options = { .certificate_pem = b->keeper.pem, .host = S("localhost"), .http2 = true };
	assert_false(failed(tls_library_new(&signer, &b->library)));
	assert_false(failed(tls_context_new(b->library, &options, &b->context)));
	assert_false(failed(tls_keeper_set_channel(b->client, b->keeper.channel)));
}

static void turn_until_tested(struct bench *b)
{
	tls_context_self_test(b->context, tested, b);
	for (int i = 0; i < TURNS_MAX && (!b->tested || !b->tickets); i++)
		loop_turn(b->loop, 100);
}

static void bench_close(struct bench *b)
{
	tls_keeper_free(b->client);
	tls_context_free(b->context);
	tls_library_free(b->library);
	test_keeper_stop(&b->keeper);
	loop_free(b->loop);
}

static void resume(void *owner)
{
	struct bench *b = owner;
	b->resumed = true;
}

static SSL *client_new(SSL_CTX *settings, int fd, const char *name)
{
	SSL *ssl = SSL_new(settings);
	SSL_set_fd(ssl, fd);
	if (name)
		SSL_set_tlsext_host_name(ssl, name);
	SSL_set_connect_state(ssl);
	return ssl;
}

/* Both sides in turn, until the server side is through or has failed. */
static enum tls_result shake_hands(struct bench *b, struct tls_session *server, SSL *client)
{
	enum tls_result result = TLS_WANT_READ;
	for (int i = 0; i < TURNS_MAX; i++) {
		SSL_do_handshake(client);
		if (result != TLS_WANT_KEEPER || b->resumed) {
			b->resumed = false;
			result = tls_session_handshake(server);
		}
		if (result == TLS_DONE || result == TLS_FATAL)
			break;
		loop_turn(b->loop, result == TLS_WANT_KEEPER ? 100 : 0);
	}
	return result;
}

static void pair_open(int ends[2])
{
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
}

static const struct { const char *name; enum test_key key; int version; } kinds[] = {
	{ "P-256, 1.3", TEST_KEY_P256, TLS1_3_VERSION }, { "P-256, 1.2", TEST_KEY_P256, TLS1_2_VERSION },
	{ "P-384, 1.3", TEST_KEY_P384, TLS1_3_VERSION }, { "RSA, 1.3", TEST_KEY_RSA, TLS1_3_VERSION },
	{ "RSA, 1.2", TEST_KEY_RSA, TLS1_2_VERSION },
};

static void keeper_signs_for_every_kind_of_key(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		struct bench b;
		int ends[2];
		size_t len;
		uint8_t got[16];
		bench_open(&b, kinds[i].key, false);
		turn_until_tested(&b);
		assert_int_equal(b.tested, 1);
		SSL_CTX *settings = SSL_CTX_new(TLS_client_method());
		SSL_CTX_set_max_proto_version(settings, kinds[i].version);
		pair_open(ends);
		SSL *client = client_new(settings, ends[1], "localhost");
		struct tls_session *server = tls_session_new(b.context, ends[0], resume, &b);
		if (shake_hands(&b, server, client) != TLS_DONE)
			fail_msg("%s", kinds[i].name);
		SSL_do_handshake(client);
		assert_int_equal(SSL_write(client, "ping", 4), 4);
		assert_int_equal(tls_session_read(server, got, sizeof got, &len), TLS_DONE);
		assert_int_equal(len, 4);
		tls_session_free(server);
		SSL_free(client);
		SSL_CTX_free(settings);
		close(ends[0]);
		close(ends[1]);
		bench_close(&b);
	}
}

static void certificate_without_its_key_fails_the_self_test(void **state)
{
	struct bench b;
	(void)state;
	bench_open(&b, TEST_KEY_P256, true);
	turn_until_tested(&b);
	assert_int_equal(b.tested, 2);
	bench_close(&b);
}

static SSL_SESSION *kept;

static int keep_session(SSL *ssl, SSL_SESSION *session)
{
	(void)ssl;
	SSL_SESSION_free(kept);
	kept = session;
	return 1;
}

static void second_connection_resumes_without_the_keeper(void **state)
{
	struct bench b;
	SSL_CTX *settings = SSL_CTX_new(TLS_client_method());
	(void)state;
	SSL_CTX_set_session_cache_mode(settings, SSL_SESS_CACHE_CLIENT);
	SSL_CTX_sess_set_new_cb(settings, keep_session);
	bench_open(&b, TEST_KEY_P256, false);
	turn_until_tested(&b);
	for (int round = 0; round < 2; round++) {
		int ends[2];
		char got[4];
		size_t len;
		pair_open(ends);
		SSL *client = client_new(settings, ends[1], "localhost");
		if (round == 1)
			SSL_set_session(client, kept);
		struct tls_session *server = tls_session_new(b.context, ends[0], resume, &b);
		assert_int_equal(shake_hands(&b, server, client), TLS_DONE);
		assert_int_equal(tls_session_write(server, bytes_of("pong", 4), &len), TLS_DONE);
		assert_int_equal(SSL_read(client, got, sizeof got), 4);
		assert_int_equal(SSL_session_reused(client), round);
		SSL_set_shutdown(client, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
		tls_session_free(server);
		SSL_free(client);
		close(ends[0]);
		close(ends[1]);
	}
	SSL_SESSION_free(kept);
	SSL_CTX_free(settings);
	bench_close(&b);
}

static const struct { const char *name; bool good; } names[] = {
	{ NULL, true }, { "localhost", true }, { "LOCALHOST", true }, { "sales.localhost", true },
	{ "a.b.localhost", false }, { "xlocalhost", false }, { "other.example", false },
};

static void only_our_names_are_served(void **state)
{
	struct bench b;
	SSL_CTX *settings = SSL_CTX_new(TLS_client_method());
	(void)state;
	bench_open(&b, TEST_KEY_P256, false);
	turn_until_tested(&b);
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		int ends[2];
		pair_open(ends);
		SSL *client = client_new(settings, ends[1], names[i].name);
		struct tls_session *server = tls_session_new(b.context, ends[0], resume, &b);
		enum tls_result result = shake_hands(&b, server, client);
		if ((result == TLS_DONE) != names[i].good)
			fail_msg("%s: %d", names[i].name, result);
		tls_session_free(server);
		SSL_free(client);
		close(ends[0]);
		close(ends[1]);
	}
	SSL_CTX_free(settings);
	bench_close(&b);
}

/* Its connection goes while the keeper signs; then the keeper goes while it signs for another. */
static void session_may_end_while_the_keeper_signs(void **state)
{
	struct bench b;
	SSL_CTX *settings = SSL_CTX_new(TLS_client_method());
	(void)state;
	bench_open(&b, TEST_KEY_P256, false);
	turn_until_tested(&b);
	for (int round = 0; round < 2; round++) {
		int ends[2];
		pair_open(ends);
		SSL *client = client_new(settings, ends[1], "localhost");
		struct tls_session *server = tls_session_new(b.context, ends[0], resume, &b);
		SSL_do_handshake(client);
		assert_int_equal(tls_session_handshake(server), TLS_WANT_KEEPER);
		if (round == 0) {
			tls_session_free(server);
			loop_turn(b.loop, 1000); /* the leak checker sees whether the paused job went */
		} else {
			tls_keeper_free(b.client);
			b.client = NULL;
			assert_true(b.resumed);
			assert_int_equal(tls_session_handshake(server), TLS_FATAL);
			tls_session_free(server);
		}
		SSL_free(client);
		close(ends[0]);
		close(ends[1]);
	}
	SSL_CTX_free(settings);
	bench_close(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeper_signs_for_every_kind_of_key),
		cmocka_unit_test(certificate_without_its_key_fails_the_self_test),
		cmocka_unit_test(second_connection_resumes_without_the_keeper),
		cmocka_unit_test(only_our_names_are_served),
		cmocka_unit_test(session_may_end_while_the_keeper_signs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
