/* Replays a corpus folder and inputs mutated from it through a fuzz target, for builds without libFuzzer.
 * usage: replay_NAME FOLDER [mutations per file] */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INPUT_BYTES_MAX = 1 << 20, MUTATIONS_DEFAULT = 200 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t state = 0x9e3779b97f4a7c15;

static uint64_t next_random(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static void run(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1); /* exact size, so that the sanitizer sees an over-read */
	if (!copy)
		abort();
	if (size)
		memcpy(copy, data, size);
	LLVMFuzzerTestOneInput(copy, size);
	free(copy);
}

static size_t mutate(uint8_t *data, size_t size)
{
	for (uint64_t i = next_random() % 4 + 1; i; i--) {
		size_t at = size ? next_random() % size : 0;
		switch (next_random() % 4) {
		case 0:
			if (size)
				data[at] ^= (uint8_t)(1u << next_random() % 8);
			break;
		case 1:
			if (size)
				data[at] = (uint8_t)next_random();
			break;
		case 2:
			if (size) {
				memmove(data + at, data + at + 1, size - at - 1);
				size--;
			}
			break;
		default:
			if (size < INPUT_BYTES_MAX) {
				memmove(data + at + 1, data + at, size - at);
				data[at] = (uint8_t)next_random();
				size++;
			}
		}
	}
	return size;
}

int main(int argc, char **argv)
{
	static uint8_t original[INPUT_BYTES_MAX], changed[INPUT_BYTES_MAX + 8];
	long mutations = argc > 2 ? strtol(argv[2], NULL, 10) : MUTATIONS_DEFAULT;
	DIR *folder = argc > 1 ? opendir(argv[1]) : NULL;
	size_t files = 0;
	if (!folder) {
		fprintf(stderr, "no corpus folder %s\n", argc > 1 ? argv[1] : "");
		return 1;
	}
	for (struct dirent *entry; (entry = readdir(folder));) {
		char path[4096];
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "%s/%s", argv[1], entry->d_name);
		FILE *f = fopen(path, "rb");
		if (!f)
			continue;
		size_t size = fread(original, 1, sizeof original, f);
		fclose(f);
		files++;
		run(original, size);
		for (long i = 0; i < mutations; i++) {
			memcpy(changed, original, size);
			run(changed, mutate(changed, size));
		}
	}
	closedir(folder);
	printf("%zu files\n", files);
	return files ? 0 : 1;
}
