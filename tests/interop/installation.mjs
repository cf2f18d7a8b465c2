// A whole installation in a folder of its own: made, served, filled with a tenant, and stopped again.
//   BAILIWICK: the program. The installation's certificate authority must be trusted before node starts
//   (NODE_EXTRA_CA_CERTS), so main() makes the installation and runs the script again as a child.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const program = process.env.BAILIWICK;

export function bailiwick(...args) {
  const out = execFileSync(program, [...args, '--json'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  return JSON.parse(out);
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

async function untilReady(dir, deadline) {
  for (;;) {
    try {
      execFileSync(program, ['tenant', 'list', dir, '--json'], { stdio: 'ignore' });
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((again) => setTimeout(again, 50));
    }
  }
}

function fill(dir) {
  const domain = 'contoso.example', upn = 'ada@contoso.example', password = 'correct horse battery';
  const file = join(dir, 'password');
  writeFileSync(file, password, { mode: 0o600 });
  const tenant = bailiwick('tenant', 'create', dir, '--name', 'Contoso', '--domain', domain);
  const web = bailiwick('app', 'create', dir, '--tenant', domain, '--name', 'Shop', '--web-redirect', 'http://127.0.0.1:19999/cb', '--secret');
  const spa = bailiwick('app', 'create', dir, '--tenant', domain, '--name', 'Page', '--spa-redirect', 'http://localhost:19998/app', '--id-token-alg', 'ES256');
  const person = bailiwick('user', 'create', dir, '--tenant', domain, '--upn', upn, '--password-file', file, '--keep-password');
  return { dir, domain, tenant, web, spa, person: { ...person, upn, password } };
}

// Runs `test(facts)`; the outer process owns the installation, the inner one the test.
export async function main(test) {
  if (process.env.BAILIWICK_FACTS) {
    await test(JSON.parse(process.env.BAILIWICK_FACTS));
    return;
  }
  const dir = mkdtempSync(join(tmpdir(), 'bailiwick-interop-'));
  const origin = `https://localhost:${await freePort()}`;
  execFileSync(program, ['init', dir, '--origin', origin], { stdio: ['ignore', 'ignore', 'inherit'] });
  const server = spawn(program, ['serve', dir], { stdio: ['ignore', 'ignore', process.env.VERBOSE ? 'inherit' : 'ignore'] });
  const gone = new Promise((done) => server.once('exit', done));
  try {
    await untilReady(dir, Date.now() + 20000);
    const env = { ...process.env, BAILIWICK_FACTS: JSON.stringify({ origin, ...fill(dir) }), NODE_EXTRA_CA_CERTS: join(dir, 'tls', 'ca.pem') };
    const child = spawn(process.execPath, [process.argv[1]], { stdio: 'inherit', env });
    process.exitCode = await new Promise((done) => child.once('exit', (code) => done(code ?? 1)));
  } finally {
    server.kill('SIGTERM');
    await gone;
    rmSync(dir, { recursive: true, force: true });
  }
}
