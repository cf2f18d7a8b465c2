/* main.c - one program: the command line, and, started again by the supervisor, each process of it. */
#include "cli/cli.h"

int main(int argc, char **argv)
{
	return cli_main(argc, argv);
}
