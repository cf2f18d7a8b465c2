#include "cli/init_config.h"

#include "codec/url.h"

static const char template[] =
	"# bailiwick.conf - see bailiwick.conf(5). A line that begins with # is a comment; what is commented out below\n"
	"# shows its default. An unknown key or a value out of range refuses the whole file.\n"
	"\n"
	"[server]\n"
	"# How clients name this installation; tokens carry it. Changing it takes new tokens and a restart.\n"
	"origin = %.*s\n"
	"# Addresses to listen on, comma-separated. 0.0.0.0 or [::] for all.\n"
	"listen = %.*s\n"
	"# Network-facing processes and password hashers; 0: one per processor.\n"
	"#edges = 0\n"
	"#hashers = 0\n"
	"\n"
	"[tls]\n"
	"# Your own certificate chain and key (PEM). Without them the development certificate in tls/ is used.\n"
	"# Only root needs to read the key, and others must not; SIGHUP takes new ones. Paths may be relative to this folder.\n"
	"#certificate = /etc/ssl/certs/example.pem\n"
	"#key = /etc/ssl/private/example.key\n"
	"\n"
	"[root]\n"
	"# What opens the key store: file, or passphrase (systemd credential bailiwick.passphrase).\n"
	"provider = %.*s\n"
	"# Better on another file system than the data.\n"
	"#file = keys/root.key\n"
	"\n"
	"[workers]\n"
	"# A worker without requests leaves after so many seconds; 0: never.\n"
	"#idle = 300\n"
	"# First of the 60000 uids that processes run as when started by root.\n"
	"#uid_base = 620000\n"
	"\n"
	"[limits]\n"
	"# Connections, seconds and octets at the door.\n"
	"#max_connections = 10000\n"
	"#connections_per_source = 512\n"
	"#user_requests = 6000\n"
	"#user_execution = 1200\n"
	"#user_concurrent = 52\n"
	"#handshake = 5\n"
	"#head = 10\n"
	"#body_grace = 5\n"
	"#body_min_rate = 1024\n"
	"#idle_connection = 15\n"
	"#response_stall = 20\n"
	"#body = 1048576\n"
	"#upload = 134217728\n"
	"#queue_per_tenant = 1024\n"
	"#queue_total = 16384\n";

static bool is_one_line(str s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.at[i] < 0x20 || s.at[i] == 0x7f)
			return false;
	return true;
}

err init_config_text(const struct init_wish *wish, struct arena *arena, str *out)
{
	struct url url;
	str origin = wish->origin.len ? wish->origin : S("https://localhost:8443");
	str root = wish->root.len ? wish->root : S("file");
	if (!is_one_line(origin) || !is_one_line(wish->listen) || !is_one_line(root))
		FAIL(ERR_INVALID, "control characters in an option");
	if (failed(url_parse(origin, &url)) || url.host.len == 0)
		FAIL(ERR_INVALID, "--origin wants https://HOST[:PORT]");
	str listen = wish->listen;
	if (listen.len == 0) {
		listen = str_format(arena, "127.0.0.1:%.*s", STR_ARG(url.port.len ? url.port : S("443")));
		TRY_NEW(listen.at);
	}
	str text = str_format(arena, template, STR_ARG(origin), STR_ARG(listen), STR_ARG(root));
	TRY_NEW(text.at);
	*out = text;
	return OK;
}
