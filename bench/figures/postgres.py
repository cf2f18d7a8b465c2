"""The peer PostgreSQL: a private cluster, run by an unprivileged user, on a Unix socket in its own folder."""
import glob
import os
import pwd
import re
import shutil
import subprocess
import tempfile
import time

import common


class Postgres:
    def __init__(self, *settings):
        found = sorted(glob.glob('/usr/lib/postgresql/*/bin'))
        if not found:
            raise common.Skip('PostgreSQL cannot be installed')
        self.bin, self.folder = found[-1], tempfile.mkdtemp(prefix='bailiwick-bench-pg-')
        self.user = ['runuser', '-u', 'postgres', '--'] if os.geteuid() == 0 else []
        self.server = None
        try:
            if self.user:
                owner = pwd.getpwnam('postgres')
                os.chown(self.folder, owner.pw_uid, owner.pw_gid)
            self.run(f'{self.bin}/initdb', '-D', f'{self.folder}/data', '-A', 'trust', '-U', 'owner', '--no-sync', '-E', 'UTF8', '--locale=C')
            options = [o for s in ('shared_buffers=256MB', 'logging_collector=off', *settings) for o in ('-c', s)]
            self.server = subprocess.Popen([*self.user, f'{self.bin}/postgres', '-D', f'{self.folder}/data', '-k', self.folder, '-c', 'listen_addresses=',
                                            *options], cwd='/', stderr=subprocess.DEVNULL)
            self.wait()
        except BaseException:
            self.close()
            raise

    def wait(self):
        until = time.monotonic() + 30
        while subprocess.run([f'{self.bin}/pg_isready', '-q', '-h', self.folder], check=False).returncode and time.monotonic() < until:
            time.sleep(0.05)

    def run(self, *command, **options):
        done = subprocess.run([*self.user, *command], cwd='/', check=False, capture_output=True, text=True, timeout=3600, **options)
        if done.returncode:
            raise SystemExit(f'{command[0]}: {done.stderr[-2000:]}')
        return done.stdout

    def psql(self, script, *options):
        return self.run(f'{self.bin}/psql', '-q', '-h', self.folder, '-U', 'owner', '-v', 'ON_ERROR_STOP=1', *options, 'postgres', input=script)

    def fill(self, name, **content):
        """bench/peers/NAME.sql, with the lines of `content` behind each \\copy of the table of that name."""
        with open(f'{os.path.dirname(os.path.dirname(os.path.abspath(__file__)))}/peers/{name}', encoding='ascii') as f:
            text = f.read()
        for table, lines in content.items():
            before, _, rest = text.partition(f'\\copy {table}(')
            columns, _, after = rest.partition('\n')
            text = f"{before}COPY {table}({columns.replace('pstdin', 'STDIN')};\n{''.join(lines)}\\.\n{after}"
        self.psql(text)

    def copy(self, columns, lines):
        self.psql(f"COPY {columns} FROM STDIN CSV;\n{''.join(lines)}\\.\n")

    def pgbench(self, seconds, connections, scripts, user='owner'):
        """Transactions done and wall seconds; prepared statements over the Unix socket, the scripts in turn by chance."""
        paths = []
        for n, script in enumerate(scripts):
            paths += ['-f', f'{self.folder}/script{n}.sql']
            with open(paths[-1], 'w', encoding='ascii') as f:
                f.write(script)
            os.chmod(paths[-1], 0o644)
        start = time.monotonic()
        told = self.run(f'{self.bin}/pgbench', '-h', self.folder, '-U', user, '-n', '-M', 'prepared', '-c', str(connections), '-j', '1',
                        '-T', str(seconds), *paths, 'postgres')
        return int(re.search(r'transactions actually processed: (\d+)', told).group(1)), time.monotonic() - start

    def close(self):
        if self.server:
            common.end(self.server)
        shutil.rmtree(self.folder, ignore_errors=True)
