#!/usr/bin/env python3
"""The commands about people, groups, applications and roles on a running service: what they make, what they show, and how plainly they
refuse. usage: cli_test.py PROGRAM"""
import json
import sys

from installation import Installation, Steps, eventually

GLOBAL_ADMINISTRATOR = '62e90394-69f5-4237-9190-012177145e10'
GROUPS = 230  # more than two pages


def main():
    steps = Steps()
    check = steps.check
    installation = Installation(sys.argv[1], 'cli').init().start()
    folder, tenant = installation.folder, ('--tenant', 'a.example')

    def run(*arguments, **options):
        done = installation.run(*arguments, **options)
        return done.returncode, done.stdout, done.stderr

    def made(*arguments, **options):
        code, out, problem = run(*arguments, '--json', **options)
        check(' '.join(a for a in arguments if a != folder)[:60], code == 0, problem)
        return json.loads(out) if code == 0 and out.strip() else {}

    def refused(what, wanted, *arguments):
        code, out, problem = run(*arguments)
        check(what, code in (1, 2) and wanted in problem and not out, problem)

    def listed(*arguments):
        return json.loads(run(*arguments, '--json')[1])['value']

    try:
        made('tenant', 'create', folder, '--name', 'A', '--domain', 'a.example')
        eventually(lambda: run('user', 'list', folder, *tenant)[0] == 0)
        refused('a domain that is taken is refused plainly', 'the domain belongs to a tenant already', 'tenant', 'create', folder, '--name', 'B',
                '--domain', 'a.example')
        check('and no half-made tenant stays', len(listed('tenant', 'list', folder)) == 1)
        made('environment', 'create', folder, *tenant, '--unique-name', 'sales')
        refused('an environment twice is refused plainly', 'exists already', 'environment', 'create', folder, *tenant, '--unique-name', 'sales')

        first = made('user', 'create', folder, *tenant, '--upn', 'ada@a.example', '--role', 'Global Administrator', '--pass')
        check('a pass is shown, a password is not', len(first.get('temporaryAccessPass', '')) >= 8 and 'password' not in first, first)
        second = made('user', 'create', folder, *tenant, '--upn', 'bob@a.example', '--name', 'Bob')
        check('a password that was made is shown', len(second.get('password', '')) >= 20, second)
        given = made('user', 'create', folder, *tenant, '--upn', 'eve@a.example', '--password-file', '-', input='correct horse battery\n')
        check('one that was given is not', 'password' not in given, given)
        refused('a name that is taken is refused', 'already exists', 'user', 'create', folder, *tenant, '--upn', 'bob@a.example')
        refused('a domain of nobody is refused', 'verified domain', 'user', 'create', folder, *tenant, '--upn', 'bob@b.example')
        refused('a role that does not exist is refused', 'no directory role', 'user', 'create', folder, *tenant, '--upn', 'x@a.example', '--role', 'King')

        made('role', 'assign', folder, 'bob@a.example', *tenant, '--role', 'User Administrator')
        held = {(r['principalId'], r['roleDefinitionId']) for r in listed('role', 'list', folder, *tenant)}
        check('who holds which role is listed', len(held) == 2 and (first['id'], GLOBAL_ADMINISTRATOR) in held, held)

        group = made('group', 'create', folder, *tenant, '--name', 'Sales, EU')
        made('group', 'add', folder, group.get('id', ''), 'bob@a.example', *tenant)
        refused('a member twice is refused', 'already exist', 'group', 'add', folder, group.get('id', ''), 'bob@a.example', *tenant)
        refused('an unknown member is refused', '404', 'group', 'add', folder, group.get('id', ''), 'nobody@a.example', *tenant)
        for i in range(GROUPS):
            installation.operate('POST', '/a.example/v1.0/groups', {'displayName': f'G{i}', 'mailEnabled': False, 'mailNickname': f'g{i}',
                                                                   'securityEnabled': True})
        names = {g['displayName'] for g in listed('group', 'list', folder, *tenant)}
        check('a list has all its pages', len(names) == GROUPS + 1, len(names))
        check('also as text', len(run('group', 'list', folder, *tenant)[1].splitlines()) == GROUPS + 2)

        app = made('app', 'create', folder, *tenant, '--name', 'Job', '--app-role', 'User.Read.All,Group.Read.All', '--secret')
        check('an application shows what it needs once', all(app.get(k) for k in
                                                             ('tenantId', 'issuer', 'id', 'appId', 'servicePrincipalId', 'secretText')), app)
        token = installation.token({'id': app['tenantId'], 'app': app}, scope=f'{installation.origin}/.default')
        people = installation.request('GET', '/v1.0/users', headers={'Authorization': f'Bearer {token}'})
        check('and its secret opens what was granted', people.status == 200 and len(people.json()['value']) == 3, people)
        before = len(listed('app', 'list', folder, *tenant))
        refused('an unknown permission is refused', 'no permission called', 'app', 'create', folder, *tenant, '--name', 'Bad', '--app-role', 'Nope')
        check('before anything is made', len(listed('app', 'list', folder, *tenant)) == before)

        made('user', 'delete', folder, 'bob@a.example', *tenant)
        check('a deleted account is gone', {u['userPrincipalName'] for u in listed('user', 'list', folder, *tenant)} == {'ada@a.example', 'eve@a.example'})
        refused('the last Global Administrator stays', 'last enabled', 'user', 'delete', folder, 'ada@a.example', *tenant)
    finally:
        installation.close(show_log=steps.failed > 0)
    return steps.report(least=30)


sys.exit(main())
