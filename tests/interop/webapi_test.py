#!/usr/bin/env python3
"""A real client of the Web API, npm dynamics-web-api, against a whole service: init, serve, tenant, environment, an application with a
secret that holds System Administrator, its token by client credentials, then webapi_dynamics_web_api.mjs.
usage: webapi_test.py PROGRAM [FOLDER WITH node_modules]"""
import os
import shutil
import subprocess
import sys
import tempfile

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, '..', 'system'))
from installation import Installation  # noqa: E402


def modules():
    """A folder that holds node_modules, and whether it was made here."""
    if len(sys.argv) > 2:
        return sys.argv[2], False
    made = tempfile.mkdtemp(prefix='bailiwick-npm-')
    shutil.copy(f'{here}/package.json', made)
    subprocess.run(['npm', 'install', '--no-audit', '--no-fund', '--ignore-scripts'], cwd=made, check=True, capture_output=True)
    return made, True


def main():
    node, made = modules()
    installation = Installation(sys.argv[1], 'webapi')
    status = 1
    try:
        installation.init().start()
        tenant = installation.tenant_make('Contoso', 'contoso.example', 'sales')
        client = dict(os.environ, WEBAPI_URL=f'{installation.origin}/e/sales/', WEBAPI_TOKEN=installation.token(tenant),
                      WEBAPI_MODULES=f'{node}/package.json', NODE_EXTRA_CA_CERTS=f'{installation.folder}/tls/ca.pem')
        status = subprocess.run(['node', f'{here}/webapi_dynamics_web_api.mjs'], env=client, timeout=120).returncode
        return status
    finally:
        installation.close(show_log=status != 0)
        if made:
            shutil.rmtree(node, ignore_errors=True)


sys.exit(main())
