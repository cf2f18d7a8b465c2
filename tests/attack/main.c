/* The program, with a data worker that obeys an attacker besides doing its work. Everything else is what is shipped. */
#include "attack.h"

#include "cli/cli.h"
#include "proc/child.h"

static err open_and_remember(struct worker *worker)
{
	attack_from(worker);
	return data_worker_app.open(worker);
}

static int attacked_data_main(void)
{
	const struct web_surface *surfaces[8];
	struct worker_app app = data_worker_app;
	for (size_t i = 0; i < app.surface_count; i++)
		surfaces[i] = app.surfaces[i];
	surfaces[app.surface_count++] = &attack_surface;
	app.surfaces = surfaces;
	app.open = open_and_remember;
	return worker_run(&app);
}

int main(int argc, char **argv)
{
	static const struct cli_role roles[] = {
		{ "keeper", keeper_main },
		{ "edge", edge_main },
		{ "control", control_main },
		{ "recorder", recorder_main },
		{ "identity", identity_main },
		{ "data", attacked_data_main },
		{ "hasher", hasher_main },
	};
	static const struct cli_ports ports = { supervisor_main, roles, COUNT_OF(roles) };
	return cli_main(argc, argv, &ports);
}
