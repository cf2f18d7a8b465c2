#!/usr/bin/env python3
"""`bailiwick import` on a whole service: every line in or told, and each once, whatever is killed while it runs. usage: import_test.py PROGRAM"""
import csv
import io
import json
import os
import pty
import signal
import subprocess
import sys
import urllib.parse

from installation import Installation, Steps, bearer, eventually

ROWS = 5000
MAP = "Title=new_title,Code=new_code,'from a file'=new_note,Unit=owner:unit"


def content(name, rows, unit):
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(['Title', 'Code', 'Unit', 'Not mapped'])
    for n in range(rows):
        writer.writerow([f'{name} {n}, "quoted"\nand of two lines', n, unit, 'x'])
    return text.getvalue()


class Import:
    def __init__(self, installation, tenant, path):
        self.installation, self.tenant, self.path = installation, tenant, path

    def arguments(self, *more):
        return ['import', self.installation.folder, self.path, '--environment', self.tenant['environment'], '--table', 'new_thing',
                '--map', MAP, *more]

    def run(self, *more, **options):
        done = self.installation.run(*self.arguments(*more), **options)
        return done.returncode, done.stdout, done.stderr

    def start(self, *more):
        return subprocess.Popen([self.installation.program, *self.arguments('--json', *more)], env=self.installation.environment,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


class Table:
    """Reads through the Web API, with a token."""

    def __init__(self, installation, tenant, rows):
        self.installation, self.path = installation, rows
        self.headers = bearer(installation.token(tenant), Prefer='odata.maxpagesize=5000')

    def some(self, name):
        """True once a row of that file is in."""
        query = urllib.parse.urlencode({'$filter': f"startswith(new_title,'{name} ')", '$top': 1, '$select': 'new_code'})
        return len(self.installation.operate('GET', f'{self.path}?{query}')['value']) > 0

    def codes(self, name):
        """The code of every row of that file, sorted."""
        query = urllib.parse.urlencode({'$filter': f"startswith(new_title,'{name} ')", '$select': 'new_code'})
        codes, link = [], f'{self.path}?{query}'
        while link:
            answer = self.installation.request('GET', link, headers=self.headers, timeout=60).json()
            codes += [row['new_code'] for row in answer['value']]
            link = answer.get('@odata.nextLink', '').removeprefix(self.installation.origin)
        return sorted(codes)

    def has_each_once(self, name, rows=ROWS):
        return self.codes(name) == list(range(rows))


def file_of(installation, name, text):
    path = f'{installation.folder}-{name}.csv'
    with open(path, 'w', newline='') as f:
        f.write(text)
    return path


def lines_are_told(check, installation, tenant, table, unit):
    text = content('told', 4, unit) + f'"told 4, \x00",1,{unit},\nonly,three,fields\ntold 5,not a number,{unit},\ntold 6,6,No such unit,\n'
    job = Import(installation, tenant, file_of(installation, 'told', text))
    rejects = f'{installation.folder}-rejects.csv'
    code, out, err = job.run()
    told = dict(line.removeprefix('line ').split(': ', 1) for line in err.splitlines() if line.startswith('line '))
    check('some lines rejected: exit status 1', code == 1, (code, out, err))
    # each of the first four records takes two lines
    check('each rejected line is told by number and reason', sorted(told, key=int) == ['10', '11', '12', '13'], err)
    check('a reason names the column', 'new_code' in told.get('12', ''), err)
    check('a reason names the unit', 'No such unit' in told.get('13', ''), err)
    check('nothing is drawn where there is no terminal', '\r' not in err and 'left' not in err, err)
    check('the others are in', table.has_each_once('told', 4))
    code, out, err = job.run('--json', '--rejects', rejects)
    with open(rejects, newline='') as f:
        rows = list(csv.reader(f))
    check('a second run tells the same lines, in a file', rows[0] == ['line', 'reason'] and dict(rows[1:]) == told, rows)
    check('and sends nothing', code == 1 and json.loads(out)['sentNow'] == 0 and json.loads(out)['imported'] == 4 and not err, (out, err))
    os.unlink(rejects)


def a_killed_command_goes_on(check, installation, tenant, table, unit):
    job = Import(installation, tenant, file_of(installation, 'cut', content('cut', ROWS, unit)))
    running = job.start()
    begun, _ = eventually(lambda: table.some('cut'), 60)
    running.send_signal(signal.SIGKILL)
    running.communicate()
    check('the command is killed while it runs', begun and running.returncode == -signal.SIGKILL)
    before = len(table.codes('cut'))
    check('a part is in', 0 < before < ROWS, before)
    with open(job.path, 'a') as f:
        f.write(f'cut {ROWS},{ROWS},{unit},x\r\n')
    code, out, err = job.run()
    check('a file that has changed since is noticed', code == 1 and 'changed' in err and '--abandon' in err, (code, out, err))
    check('and changes nothing', len(table.codes('cut')) == before)
    os.truncate(job.path, len(content('cut', ROWS, unit).encode()))
    code, out, err = job.run('--json')
    check('as it was it goes on', code == 0 and 0 < json.loads(out)['sentNow'] <= ROWS - before, (code, out, err))
    check('each row is there once', table.has_each_once('cut'))
    code, out, err = job.run()
    check('run again it has nothing to do', code == 0 and 'nothing to do' in out and table.has_each_once('cut'), (code, out, err))


def a_killed_worker_only_delays(check, installation, tenant, table, unit):
    job = Import(installation, tenant, file_of(installation, 'worker', content('worker', ROWS, unit)))
    running, killed = job.start(), 0
    for _ in range(3):
        eventually(lambda: table.some('worker') or running.poll() is not None, 60)
        workers = [p['pid'] for p in installation.processes('data')]
        for pid in workers if running.poll() is None else []:
            os.kill(pid, signal.SIGKILL)
            killed += 1
        eventually(lambda: {p['pid'] for p in installation.processes('data')} - set(workers) or running.poll() is not None)
    out, err = running.communicate(timeout=120)
    check('the data worker is killed while an import runs', killed > 0)
    check('the import goes on by itself', running.returncode == 0 and json.loads(out)['imported'] == ROWS, (running.returncode, out, err))
    check('each row is there once', table.has_each_once('worker'))


def a_stopped_service_only_delays(check, installation, tenant, table, unit):
    job = Import(installation, tenant, file_of(installation, 'service', content('service', ROWS, unit)))
    running = job.start()
    eventually(lambda: table.some('service'), 60)
    stopped = installation.stop()
    waiting = running.poll() is None
    installation.start()
    out, err = running.communicate(timeout=120)
    check('the service is stopped while an import runs', stopped == 0 and waiting, stopped)
    check('the import waits for it', running.returncode == 0 and 'waiting' in err, (running.returncode, out, err))
    check('each row is there once', table.has_each_once('service'))


def a_terminal_shows_progress(check, installation, tenant, table, unit):
    job = Import(installation, tenant, '-')
    ours, theirs = pty.openpty()
    running = subprocess.Popen([installation.program, *job.arguments('--job', 'pipe')], env=installation.environment, stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=theirs, text=True)
    os.close(theirs)
    running.stdin.write(content('pipe', 3000, unit))
    running.stdin.close()
    shown = b''
    while True:
        try:
            piece = os.read(ours, 4096)
        except OSError:
            break
        if not piece:
            break
        shown += piece
    out = running.stdout.read()
    check('standard input is imported', running.wait(timeout=60) == 0 and table.has_each_once('pipe', 3000), out)
    check('a terminal shows rows, rate and time left', b'rows, ' in shown and b' a second' in shown and b' left' in shown, shown)
    os.close(ours)


def what_is_wrong_is_refused(check, installation, tenant, unit):
    job = Import(installation, tenant, file_of(installation, 'wrong', content('wrong', 3, unit)))
    others = [([('--map', 'Nope=new_title')], 2), ([('--map', 'Title=nope')], 2), ([('--map', 'Title')], 2), ([('--table', 'nope')], 1),
              ([('--environment', 'nope')], 1), ([('--map-file', '/nonexistent')], 2)]
    for changes, wanted in others:
        arguments = job.arguments()
        for name, value in changes:
            if name in arguments:
                arguments[arguments.index(name) + 1] = value
            else:
                arguments += [name, value]
        done = installation.run(*arguments)
        check(f'{changes[0][0]} {changes[0][1]}: exit status {wanted}', done.returncode == wanted and done.stderr, (done.returncode, done.stderr))
    for name, text in (('no head', ''), ('a broken head', 'a"b,c\n')):
        done = Import(installation, tenant, file_of(installation, 'broken', text)).run()
        check(f'{name}: exit status 1', done[0] == 1 and 'broken.csv' in done[2], done)
    answer = installation.request('POST', f"/e/{tenant['environment']}/import/v1/new_thing/start?job=00000000-0000-4000-8000-000000000001",
                                  '{}', bearer(installation.token(tenant), **{'Content-Type': 'application/json'}))
    check('the public lane has no such route', answer.status == 404, answer)


def the_log_has_all(check, installation, tenant):
    def drained():
        events = installation.audit_events(tenant['id'], tenant['environment_id'])
        found = {}
        for event in events:
            found[event['op']] = found.get(event['op'], 0) + 1
        return found if found.get('create.row') == 3 * ROWS + 3000 + 4 else None
    found, _ = eventually(drained, 60)
    check('each row left one event', found, found)
    check('each job left its beginning and its end', found and (found.get('import.start'), found.get('import.finish')) == (5, 5), found)
    code, report = installation.verify()
    check('the audit log verifies', code == 0, report)


def main():
    steps = Steps()
    check = steps.check
    installation = Installation(sys.argv[1], 'import')
    try:
        installation.init().start()
        tenant = installation.tenant_make('Contoso', 'contoso.example', 'sales')
        rows = installation.table_make(tenant, 'new_thing', [('new_code', 'Integer'), ('new_note', 'String')])
        api = tenant['api']
        unit = installation.operate('GET', f'{api}/businessunits?$select=name')['value'][0]['name']
        team = installation.operate('GET', f'{api}/teams?$select=teamid')['value'][0]['teamid']
        query = urllib.parse.quote("name eq 'System Administrator'")
        role = installation.operate('GET', f'{api}/roles?$filter={query}&$select=roleid')['value'][0]['roleid']
        installation.operate('POST', f'{api}/teams({team})/teamroles_association/$ref', {'@odata.id': f'roles({role})'})
        table = Table(installation, tenant, rows)

        lines_are_told(check, installation, tenant, table, unit)
        a_killed_command_goes_on(check, installation, tenant, table, unit)
        a_killed_worker_only_delays(check, installation, tenant, table, unit)
        a_stopped_service_only_delays(check, installation, tenant, table, unit)
        a_terminal_shows_progress(check, installation, tenant, table, unit)
        what_is_wrong_is_refused(check, installation, tenant, unit)
        owned = installation.operate('GET', f"{rows}?$filter={urllib.parse.quote(f'_ownerid_value ne {team}')}&$top=1")['value']
        check('every row belongs to the unit that its line named', owned == [], owned)
        the_log_has_all(check, installation, tenant)
        installation.stop()
        code, _, err = Import(installation, tenant, f'{installation.folder}-wrong.csv').run()
        check('a stopped service cannot be reached: exit status 3', code == 3, (code, err))
    finally:
        installation.close(show_log=steps.failed > 0)
        for name in ('told', 'cut', 'worker', 'service', 'wrong', 'broken'):
            if os.path.exists(f'{installation.folder}-{name}.csv'):
                os.unlink(f'{installation.folder}-{name}.csv')
    return steps.report(least=36)


sys.exit(main())
