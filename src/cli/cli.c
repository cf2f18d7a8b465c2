#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

int cli_main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "version") == 0) {
		printf("bailiwick %s\n", BAILIWICK_VERSION);
		return 0;
	}
	fprintf(stderr, "usage: bailiwick version\n");
	return 2;
}
