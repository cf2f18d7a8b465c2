"""What the figures share: processor time of a tree of processes, h2load, a certificate for the peers, rounds and medians."""
import os
import re
import shutil
import ssl
import statistics
import subprocess
import time

TICKS = os.sysconf('SC_CLK_TCK')
# one caller asks for everything
UNLIMITED = '[limits]\nuser_requests = 0\nuser_execution = 0\nuser_concurrent = 0\n'


class Skip(Exception):
    """A peer that cannot be had here; the text says why."""


class Bench:
    """One run: where things are, and how long they may take."""

    def __init__(self, root, build, smoke):
        self.root, self.build, self.smoke = root, build, smoke
        self.seconds = 1 if smoke else 5
        self.rounds = 1 if smoke else 5

    def program(self, name):
        return f'{self.build}/{name}'

    @property
    def service(self):
        return f'{self.build}/src/bailiwick'

    def packages(self, *names):
        """Installs Debian packages that are missing."""
        def is_missing(name):
            done = subprocess.run(['dpkg-query', '-W', '-f=${Status}', name], capture_output=True, text=True, check=False)
            return 'ok installed' not in done.stdout
        missing = [n for n in names if is_missing(n)]
        if not missing:
            return
        as_root = [] if os.geteuid() == 0 else ['sudo', '-n']
        env = dict(os.environ, DEBIAN_FRONTEND='noninteractive')
        for command in (['apt-get', 'update', '-q'], ['apt-get', 'install', '-y', '-q', '--no-install-recommends', *missing]):
            try:
                done = subprocess.run(as_root + command, env=env, capture_output=True, text=True, timeout=900, check=False)
            except (OSError, subprocess.TimeoutExpired):
                raise Skip(f'{" ".join(missing)} cannot be installed') from None
            if done.returncode and 'install' in command:
                raise Skip(f'{" ".join(missing)} cannot be installed')

    def npm(self):
        """A folder with the node_modules of bench/peers, under the build folder."""
        self.packages('nodejs', 'npm') if not shutil.which('npm') else None
        folder, wanted = f'{self.build}/npm', f'{self.root}/bench/peers/package.json'
        os.makedirs(folder, exist_ok=True)
        stamp = f'{folder}/package.json'
        if os.path.exists(f'{folder}/node_modules') and os.path.exists(stamp) and same(stamp, wanted):
            return folder
        shutil.copy(wanted, stamp)
        try:
            subprocess.run(['npm', 'install', '--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts'], cwd=folder,
                           check=True, capture_output=True, timeout=600)
        except (OSError, subprocess.SubprocessError):
            os.unlink(stamp)
            raise Skip('npm cannot install the peer') from None
        return folder

    def node(self, script, *arguments):
        """Starts a peer beside its node_modules."""
        return subprocess.Popen(['node', script, *map(str, arguments)], cwd=self.peer(script), env=dict(os.environ, NODE_ENV='production'))

    def peer(self, script):
        """Lays a peer beside its node_modules; the folder."""
        folder = self.npm()
        shutil.copy(f'{self.root}/bench/peers/{script}', folder)
        return folder


def same(one, other):
    with open(one, 'rb') as a, open(other, 'rb') as b:
        return a.read() == b.read()


# --- processor time ---

def stat(pid):
    try:
        with open(f'/proc/{pid}/stat', encoding='ascii', errors='replace') as f:
            return f.read().rsplit(')', 1)[1].split()
    except OSError:
        return None


def tree(root):
    """A process and all beneath it."""
    parents = {}
    for name in os.listdir('/proc'):
        fields = stat(name) if name.isdigit() else None
        if fields:
            parents.setdefault(int(fields[1]), []).append(int(name))
    found, queue = [], [root]
    while queue:
        pid = queue.pop()
        found.append(pid)
        queue += parents.get(pid, [])
    return found


def cpu_seconds(*roots):
    """User and system time of trees of processes, those included that the living ones have waited for."""
    total = 0
    for pid in {pid for root in roots for pid in tree(root)}:
        fields = stat(pid)
        if fields:
            total += sum(int(n) for n in fields[11:15])
    return total / TICKS


# --- load ---

def h2load(url, seconds, connections, http2=False, streams=1, body=None, headers=()):
    """How many requests were answered with 2xx in how many seconds. A server may shed a few (5xx) on a machine that is busy with other
    work: they do not count as done. Any other answer, or more than one in twenty, ends the run."""
    command = ['h2load', f'-c{connections}', '-t1', f'-m{streams}', f'-D{seconds}']
    command += [] if http2 else ['--h1']
    command += ['-d', body] if body else []
    for header in headers:
        command += ['-H', header]
    start = time.monotonic()
    done = subprocess.run(command + [url], capture_output=True, text=True, timeout=120 + seconds, check=False)
    wall = time.monotonic() - start
    good = re.search(r'status codes: (\d+) 2xx, (\d+) 3xx, (\d+) 4xx, (\d+) 5xx', done.stdout)
    failed = re.search(r'(\d+) failed, (\d+) errored, (\d+) timeout', done.stdout)
    if not good or not int(good.group(1)) or 20 * int(good.group(4)) > int(good.group(1)) or int(good.group(2)) or int(good.group(3)) or any(int(n) for n in failed.groups()[1:]):
        raise SystemExit(f'h2load {url}: not every answer was good\n{done.stdout}{done.stderr}')
    return int(good.group(1)), wall


def settle(root):
    """Until the processes have done what was asked of them before (the log's recorder works behind the answers)."""
    before, until = cpu_seconds(root), time.monotonic() + 120
    while time.monotonic() < until:
        time.sleep(1)
        now = cpu_seconds(root)
        if now - before < 0.03:
            return
        before = now


class Sample:
    """Answers, wall seconds and processor seconds of the servers, of one round."""

    def __init__(self, done, wall, cpu):
        self.per_wall = done / wall
        self.per_cpu = done / max(cpu, 1 / TICKS)


def measure(roots, load):
    """load() returns (answers, seconds); roots: the servers' first processes."""
    before = cpu_seconds(*roots)
    done, wall = load()
    return Sample(done, wall, cpu_seconds(*roots) - before)


def interleave(rounds, ours, peer):
    """Both in turn, who goes first changes; two lists of samples."""
    samples = ([], [])
    for r in range(rounds):
        for side in ((0, 1) if r % 2 == 0 else (1, 0)):
            samples[side].append((ours, peer)[side]())
    return samples


def row(name, samples, aim, unit, key, **more):
    """The figure: medians of both sides. `key`: the rate that the ratio is of; the other is told beside it."""
    def median(side, which):
        return statistics.median(getattr(s, which) for s in samples[side])
    other = 'per_wall' if key == 'per_cpu' else 'per_cpu'
    ours, peer = median(0, key), median(1, key)
    ratio = ours / peer
    each = [getattr(a, key) / getattr(b, key) for a, b in zip(*samples)]
    return {'name': name, 'ours': round(ours, 1), 'peer': round(peer, 1), 'ratio': round(ratio, 3), 'aim': aim,
            'verdict': 'met' if ratio >= aim else 'short', 'unit': unit, 'least': round(min(each), 3), 'most': round(max(each), 3),
            f'{other}_ratio': round(median(0, other) / median(1, other), 3), **more}


# --- peers over TLS ---

def certificate(folder):
    """A P-256 certificate for localhost; (certificate, key)."""
    cert, key = f'{folder}/cert.pem', f'{folder}/key.pem'
    subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=localhost',
                    '-addext', 'subjectAltName=DNS:localhost', '-days', '1', '-keyout', key, '-out', cert], check=True, capture_output=True)
    return cert, key


def ssl_without_proof():
    """For a look at a peer's answer: its certificate is made for this run alone."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def wait_for(url, process):
    """Until something answers, whatever it says."""
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None:
        if subprocess.run(['curl', '-sk', '--max-time', '1', '-o', '/dev/null', url], check=False).returncode == 0:
            return
        time.sleep(0.05)
    raise SystemExit(f'{url}: the server did not come up')


def end(process):
    process.terminate()
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
