/* Signs people in by the code flow, as fast as the service answers: page, password, code, tokens. A thread a connection; written in C
 * so that the client takes next to nothing from the processors that it shares with the service.
 * usage: bench_sign_in_client PORT CA SECONDS CONNECTIONS PEOPLE AUTHORIZE TOKEN FORM PASSWORD DOMAIN
 *   AUTHORIZE, TOKEN: targets; FORM: the token request but for the code; people are p0@DOMAIN, p1@DOMAIN ..
 * One JSON line: {"done","wall","cpu"}; cpu is the client's own. Exits 1 at the first answer that is not as it should be. */
#include <ctype.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { ANSWER_MAX = 64 * 1024, REQUEST_MAX = 16 * 1024, CONNECTIONS_MAX = 256 };

struct plan {
	SSL_CTX *tls;
	double until;
	int port, people;
	const char *authorize, *token, *form, *password, *domain;
};

struct lane {
	pthread_t thread;
	const struct plan *plan;
	SSL *ssl;
	int fd, number;
	long done;
	char request[REQUEST_MAX], answer[ANSWER_MAX + 1];
};

static double seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void must(int held, const char *what, const struct lane *lane)
{
	if (held)
		return;
	fprintf(stderr, "%s\n%.2000s\n", what, lane ? lane->answer : "");
	exit(1);
}

/* --- one connection --- */

static void connect_to(struct lane *lane)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)lane->plan->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int on = 1;

	lane->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	must(lane->fd >= 0 && connect(lane->fd, (struct sockaddr *)&to, sizeof to) == 0, "connect", NULL);
	setsockopt(lane->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	lane->ssl = SSL_new(lane->plan->tls);
	must(lane->ssl && SSL_set1_host(lane->ssl, "localhost") && SSL_set_tlsext_host_name(lane->ssl, "localhost") &&
	     SSL_set_fd(lane->ssl, lane->fd) && SSL_connect(lane->ssl) == 1, "TLS", NULL);
}

static void disconnect(struct lane *lane)
{
	SSL_shutdown(lane->ssl);
	SSL_free(lane->ssl);
	close(lane->fd);
	lane->ssl = NULL;
}

/* Sends what is in lane->request; the whole answer is then text in lane->answer. Returns its status. */
static int exchange(struct lane *lane, int length)
{
	size_t got = 0, whole = 0;

	must(length > 0 && length < REQUEST_MAX, "request too long", NULL);
	if (!lane->ssl)
		connect_to(lane);
	must(SSL_write(lane->ssl, lane->request, length) == length, "write", NULL);
	while (!whole || got < whole) {
		int n = SSL_read(lane->ssl, lane->answer + got, (int)(ANSWER_MAX - got));
		must(n > 0, "read", lane);
		got += (size_t)n;
		lane->answer[got] = 0;
		const char *end = whole ? NULL : strstr(lane->answer, "\r\n\r\n");
		if (!end)
			continue;
		const char *size = strcasestr(lane->answer, "\r\ncontent-length:");
		must(size && size < end, "an answer without Content-Length", lane);
		whole = (size_t)(end + 4 - lane->answer) + strtoul(size + 17, NULL, 10);
		must(whole <= ANSWER_MAX, "answer too long", lane);
	}
	const char *close_said = strcasestr(lane->answer, "\r\nconnection: close");
	if (close_said && close_said < strstr(lane->answer, "\r\n\r\n"))
		disconnect(lane);
	return atoi(lane->answer + 9);
}

/* --- the steps --- */

static size_t put_escaped(char *to, const char *from, size_t len)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)from[i];
		if (isalnum(c) || c == '-' || c == '_' || c == '.') {
			to[n++] = (char)c;
		} else {
			to[n++] = '%';
			to[n++] = digits[c >> 4];
			to[n++] = digits[c & 15];
		}
	}
	return n;
}

/* Copies text up to a quote, &amp; undone: no other reference occurs in what our pages put there. */
static size_t unquote(char *to, size_t room, const char *from)
{
	size_t n = 0;

	while (*from && *from != '"' && n + 1 < room) {
		to[n++] = *from;
		from += strncmp(from, "&amp;", 5) == 0 ? 5 : 1;
	}
	to[n] = 0;
	return n;
}

static size_t hidden_fields(const struct lane *lane, char *body, size_t room)
{
	static const char opening[] = "<input type=\"hidden\" name=\"";
	char text[6000];
	size_t n = 0;

	for (const char *at = strstr(lane->answer, opening); at; at = strstr(at, opening)) {
		at += sizeof opening - 1;
		size_t len = unquote(text, sizeof text, at);
		must(n + 2 * sizeof text * 3 < room, "hidden fields too long", lane);
		n += put_escaped(body + n, text, len);
		at = strstr(at, "value=\"");
		must(at != NULL, "a hidden field without a value", lane);
		len = unquote(text, sizeof text, at + 7);
		body[n++] = '=';
		n += put_escaped(body + n, text, len);
		body[n++] = '&';
	}
	return n;
}

static void cookies(const struct lane *lane, char *to, size_t room)
{
	size_t n = 0;

	to[0] = 0;
	for (const char *at = strcasestr(lane->answer, "\r\nset-cookie: "); at; at = strcasestr(at, "\r\nset-cookie: ")) {
		at += 14;
		n += (size_t)snprintf(to + n, room - n, "%s%.*s", n ? "; " : "", (int)strcspn(at, ";\r"), at);
		must(n < room, "cookies too long", lane);
	}
}

static int post(struct lane *lane, const char *target, const char *cookie, const char *body, size_t length)
{
	return snprintf(lane->request, sizeof lane->request,
			"POST %s HTTP/1.1\r\nHost: localhost:%d\r\nOrigin: https://localhost:%d\r\n%s%s%s"
			"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %zu\r\n\r\n%.*s",
			target, lane->plan->port, lane->plan->port, *cookie ? "Cookie: " : "", cookie, *cookie ? "\r\n" : "", length,
			(int)length, body);
}

static void sign_in(struct lane *lane)
{
	const struct plan *plan = lane->plan;
	static _Thread_local char body[40000];
	char cookie[2000], action[3000];

	must(exchange(lane, snprintf(lane->request, sizeof lane->request, "GET %s HTTP/1.1\r\nHost: localhost:%d\r\n\r\n", plan->authorize,
				     plan->port)) == 200, "no page", lane);
	const char *form = strstr(lane->answer, "<form method=\"post\" action=\"");
	must(form != NULL, "no form", lane);
	unquote(action, sizeof action, form + 28);
	cookies(lane, cookie, sizeof cookie);
	size_t n = hidden_fields(lane, body, sizeof body);
	n += (size_t)snprintf(body + n, sizeof body - n, "username=p%d%%40%s&action=signin&password=", lane->number % plan->people, plan->domain);
	n += put_escaped(body + n, plan->password, strlen(plan->password));
	int status = exchange(lane, post(lane, action, cookie, body, n));
	if (status == 503)
		return; /* shed by a machine that is busy with other work: not a sign-in */
	must(status == 303, "no redirection", lane);
	const char *code = strstr(lane->answer, "code=");
	must(code != NULL, "no code", lane);
	n = (size_t)snprintf(body, sizeof body, "%s&code=%.*s", plan->form, (int)strcspn(code + 5, "&\r"), code + 5);
	must(exchange(lane, post(lane, plan->token, "", body, n)) == 200 && strstr(lane->answer, "\"id_token\"") &&
	     strstr(lane->answer, "\"access_token\""), "no tokens", lane);
	lane->done++;
}

static void *run(void *self)
{
	struct lane *lane = self;

	while (seconds() < lane->plan->until)
		sign_in(lane);
	if (lane->ssl)
		disconnect(lane);
	return NULL;
}

int main(int argc, char **argv)
{
	static struct lane lanes[CONNECTIONS_MAX];
	struct rusage used;
	double start = seconds();
	long done = 0;

	must(argc == 11, "arguments", NULL);
	struct plan plan = { .port = atoi(argv[1]), .until = start + strtod(argv[3], NULL), .people = atoi(argv[5]), .authorize = argv[6],
			     .token = argv[7], .form = argv[8], .password = argv[9], .domain = argv[10], .tls = SSL_CTX_new(TLS_client_method()) };
	int connections = atoi(argv[4]);
	must(connections > 0 && connections <= CONNECTIONS_MAX && plan.people > 0, "arguments", NULL);
	must(plan.tls && SSL_CTX_load_verify_locations(plan.tls, argv[2], NULL), "certificate authority", NULL);
	SSL_CTX_set_verify(plan.tls, SSL_VERIFY_PEER, NULL);
	for (int i = 0; i < connections; i++) {
		lanes[i].plan = &plan;
		lanes[i].number = i;
		must(pthread_create(&lanes[i].thread, NULL, run, &lanes[i]) == 0, "thread", NULL);
	}
	for (int i = 0; i < connections; i++) {
		pthread_join(lanes[i].thread, NULL);
		done += lanes[i].done;
	}
	getrusage(RUSAGE_SELF, &used);
	printf("{\"done\":%ld,\"wall\":%.3f,\"cpu\":%.3f}\n", done, seconds() - start,
	       (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6);
	SSL_CTX_free(plan.tls);
	return 0;
}
