/* main.c - one program: the command line, and, started again by the supervisor, each process of it. */
#include "base/attr.h"
#include "cli/cli.h"
#include "proc/child.h"

int main(int argc, char **argv)
{
	static const struct cli_role roles[] = {
		{ "keeper", keeper_main },
		{ "edge", edge_main },
		{ "control", control_main },
		{ "recorder", recorder_main },
		{ "identity", identity_main },
		{ "data", data_main },
		{ "hasher", hasher_main },
	};
	static const struct cli_ports ports = { supervisor_main, roles, COUNT_OF(roles) };
	return cli_main(argc, argv, &ports);
}
