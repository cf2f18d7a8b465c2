"""client-credentials: a token for an application in its own name, ES256, each sign-in logged durably, against npm oidc-provider, which
keeps all in memory and logs nothing. Both over TLS on HTTP/1.1, 8 connections kept alive, the same load generator."""
import secrets
import tempfile
import urllib.parse

from installation import Installation, free_port
import common

AIM, CONNECTIONS = 2.0, 8
FORM_TYPE = 'content-type: application/x-www-form-urlencoded'


def form(path, fields):
    with open(path, 'w', encoding='ascii') as f:
        f.write(urllib.parse.urlencode({'grant_type': 'client_credentials', **fields}))
    return path


def start_peer(bench, folder):
    cert, key = common.certificate(folder)
    port, client, secret = free_port(), 'bench', secrets.token_urlsafe(32)
    peer = bench.node('oidc_provider.mjs', port, cert, key, client, secret)
    url = f'https://localhost:{port}/token'
    common.wait_for(url, peer)
    return peer, url, form(f'{folder}/peer.form', {'client_id': client, 'client_secret': secret})


def figure(bench):
    bench.packages('nghttp2-client', 'curl', 'openssl')
    ours = Installation(bench.service, 'bench', config=common.UNLIMITED)
    peer = None
    with tempfile.TemporaryDirectory() as folder:
        try:
            peer, peer_url, peer_form = start_peer(bench, folder)
            ours.init().start()
            tenant = ours.tenant_make('Contoso', 'contoso.example', 'sales')
            ours.token(tenant)
            our_form = form(f'{folder}/our.form', {'client_id': tenant['app']['appId'], 'client_secret': tenant['app']['secretText'],
                                                   'scope': f'{ours.origin}/e/sales/.default'})
            our_url = f"{ours.origin}/{tenant['id']}/oauth2/v2.0/token"

            def side(root, url, body):
                return lambda: common.measure([root], lambda: common.h2load(url, bench.seconds, CONNECTIONS, body=body, headers=[FORM_TYPE]))
            mine, theirs = side(ours.service.pid, our_url, our_form), side(peer.pid, peer_url, peer_form)
            mine(), theirs()  # both warm
            samples = common.interleave(bench.rounds, mine, theirs)
            yield common.row('client-credentials', samples, AIM, 'tokens/cpu s', 'per_cpu')
        finally:
            if peer:
                common.end(peer)
            ours.close()
