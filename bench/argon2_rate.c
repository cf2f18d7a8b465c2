/* The machine's bare Argon2id rate: one thread a processor, nothing but libsodium. The yardstick of the figure sign-in.
 * usage: bench_argon2_rate SECONDS. One JSON line: {"done","wall","cpu"}. */
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { THREADS_MAX = 256, MEMORY_KIB = 19456, PASSES = 2 };

struct lane {
	pthread_t thread;
	double until;
	long done;
};

static double seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double cpu_seconds(void)
{
	struct rusage u;
	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static void *hash(void *self)
{
	static const char password[] = "correct horse battery";
	static const unsigned char salt[crypto_pwhash_SALTBYTES];
	unsigned char out[32];
	struct lane *lane = self;

	while (seconds() < lane->until) {
		if (crypto_pwhash(out, sizeof out, password, sizeof password - 1, salt, PASSES, (size_t)MEMORY_KIB * 1024,
				  crypto_pwhash_ALG_ARGON2ID13))
			exit(1);
		lane->done++;
	}
	return NULL;
}

int main(int argc, char **argv)
{
	static struct lane lanes[THREADS_MAX];
	double length = argc > 1 ? strtod(argv[1], NULL) : 3, start = seconds();
	long cpus = sysconf(_SC_NPROCESSORS_ONLN), done = 0;

	if (sodium_init() < 0 || cpus < 1 || cpus > THREADS_MAX || length <= 0)
		return 1;
	for (long i = 0; i < cpus; i++) {
		lanes[i].until = start + length;
		if (pthread_create(&lanes[i].thread, NULL, hash, &lanes[i]))
			return 1;
	}
	for (long i = 0; i < cpus; i++) {
		pthread_join(lanes[i].thread, NULL);
		done += lanes[i].done;
	}
	printf("{\"done\":%ld,\"wall\":%.3f,\"cpu\":%.3f}\n", done, seconds() - start, cpu_seconds());
	return 0;
}
