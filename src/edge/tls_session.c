#include "edge/tls_session.h"

#include <openssl/err.h>
#include <stdlib.h>

#include "edge/tls_internal.h"

enum { HANDSHAKE_BYTES_MAX = 64 * 1024 };

struct tls_session {
	struct tls_context *context;
	SSL *ssl;
	bool paused, orphan, finished;
	struct tls_signature signature;
	void (*resume)(void *owner);
	void *owner;
};

static void destroy(struct tls_session *s)
{
	SSL_free(s->ssl);
	tls_context_unref(s->context);
	free(s);
}

/* The keeper has answered. A session whose connection has gone is run once more, so that its paused job ends: OpenSSL
 * would leak the job's stack otherwise. */
static void signature_ready(void *owner)
{
	struct tls_session *s = owner;
	s->paused = false;
	if (!s->orphan) {
		s->resume(s->owner);
		return;
	}
	if (tls_session_handshake(s) != TLS_WANT_KEEPER)
		destroy(s);
}

struct tls_session *tls_session_new(struct tls_context *context, int fd, void (*resume)(void *owner), void *owner)
{
	struct tls_session *s = calloc(1, sizeof *s);
	if (!s)
		return NULL;
	s->ssl = SSL_new(context->ssl);
	if (!s->ssl || SSL_set_fd(s->ssl, fd) != 1) {
		SSL_free(s->ssl);
		free(s);
		return NULL;
	}
	SSL_set_accept_state(s->ssl);
	SSL_set_max_cert_list(s->ssl, HANDSHAKE_BYTES_MAX);
	context->references++;
	s->context = context;
	s->resume = resume;
	s->owner = owner;
	s->signature.resume = signature_ready;
	s->signature.owner = s;
	return s;
}

void tls_session_free(struct tls_session *s)
{
	if (!s)
		return;
	if (s->paused) {
		s->orphan = true;
		SSL_set_fd(s->ssl, -1); /* the connection closes its socket: never touch that number again */
	} else {
		destroy(s);
	}
}

static enum tls_result result_of(struct tls_session *s, int outcome)
{
	switch (SSL_get_error(s->ssl, outcome)) {
	case SSL_ERROR_WANT_READ:
		return TLS_WANT_READ;
	case SSL_ERROR_WANT_WRITE:
		return TLS_WANT_WRITE;
	case SSL_ERROR_WANT_ASYNC:
		s->paused = true;
		return TLS_WANT_KEEPER;
	case SSL_ERROR_ZERO_RETURN:
		return TLS_ENDED;
	default:
		return TLS_FATAL;
	}
}

enum tls_result tls_session_handshake(struct tls_session *s)
{
	struct tls_library *l = s->context->library;
	struct tls_signature *outer = l->current;
	ERR_clear_error();
	l->current = &s->signature;
	int outcome = SSL_do_handshake(s->ssl);
	l->current = outer;
	if (outcome != 1)
		return result_of(s, outcome);
	/* From here on nothing is signed, and reads and writes need no job around them. */
	SSL_clear_mode(s->ssl, SSL_MODE_ASYNC);
	SSL_set_read_ahead(s->ssl, 1);
	s->finished = true;
	return TLS_DONE;
}

enum tls_result tls_session_read(struct tls_session *s, uint8_t *to, size_t capacity, size_t *out_len)
{
	ERR_clear_error();
	*out_len = 0;
	int outcome = SSL_read_ex(s->ssl, to, capacity, out_len);
	return outcome == 1 ? TLS_DONE : result_of(s, outcome);
}

enum tls_result tls_session_write(struct tls_session *s, bytes octets, size_t *out_len)
{
	ERR_clear_error();
	*out_len = 0;
	int outcome = SSL_write_ex(s->ssl, octets.at, octets.len, out_len);
	return outcome == 1 ? TLS_DONE : result_of(s, outcome);
}

bool tls_session_has_pending(const struct tls_session *s)
{
	return SSL_has_pending(s->ssl) == 1;
}

bool tls_session_is_http2(const struct tls_session *s)
{
	const unsigned char *name;
	unsigned len;
	SSL_get0_alpn_selected(s->ssl, &name, &len);
	return len == 2 && name[0] == 'h' && name[1] == '2';
}

void tls_session_shutdown(struct tls_session *s)
{
	ERR_clear_error();
	if (s->finished)
		SSL_shutdown(s->ssl);
	ERR_clear_error();
}
