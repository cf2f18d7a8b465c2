/* cli/cli.h - the command line. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

/* The program's whole life: returns its exit status. */
int cli_main(int argc, char **argv);

#endif
