#!/usr/bin/env python3
"""Real clients of the Web API, npm dynamics-web-api and then plain OData clients, against a whole service: init, serve, tenant, environment, an
application with a secret that holds System Administrator, its token by client credentials, then webapi_dynamics_web_api.mjs and webapi_odata_clients.mjs.
usage: webapi_test.py PROGRAM FOLDER (with node_modules, see run.sh)"""
import os
import subprocess
import sys

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, '..', 'system'))
from installation import Browser, Installation  # noqa: E402


def main():
    installation = Installation(sys.argv[1], 'webapi')
    status = 1
    try:
        installation.init().start()
        tenant = installation.tenant_make('Contoso', 'contoso.example', 'sales')
        installation.person_make(tenant['domain'], 'ada')
        signed_in = Browser(installation).sign_in(tenant, f"ada@{tenant['domain']}", scope=f'openid {installation.origin}/e/sales/.default')
        client = dict(os.environ, WEBAPI_URL=f'{installation.origin}/e/sales/', WEBAPI_TOKEN=installation.token(tenant),
                      WEBAPI_PERSON_TOKEN=signed_in.json()['access_token'], WEBAPI_MODULES=f'{sys.argv[2]}/package.json',
                      NODE_EXTRA_CA_CERTS=f'{installation.folder}/tls/ca.pem')
        for script in ('webapi_dynamics_web_api.mjs', 'webapi_odata_clients.mjs'):
            status = subprocess.run(['node', f'{here}/{script}'], env=client, timeout=120).returncode
            if status:
                break
        return status
    finally:
        installation.close(show_log=status != 0)


sys.exit(main())
