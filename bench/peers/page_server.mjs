// A page of rows from PostgreSQL under row-level security: as little Node as does the work. The caller's token names a user in a map
// (ours verifies a signature instead), the user is told to the session, and the policy of the table does the rest. Below /by-hand the
// statement is the one that a careful developer would write for that very caller, past the policy (as the table's owner): each path to a row
// in the order of its own index, shares read live, no more than a page of any.
// usage: node page_server.mjs PORT CERTIFICATE KEY SOCKET_FOLDER TOKEN=USER...   (run where node_modules is)
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import pg from 'pg';

const [port, cert, key, host, ...callers] = process.argv.slice(2);
const users = new Map(callers.map((one) => one.split('=')).map(([token, user]) => [`Bearer ${token}`, user]));
const pool = new pg.Pool({ host, user: 'app', database: 'postgres', max: 8 });
const owners = new pg.Pool({ host, user: 'owner', database: 'postgres', max: 8 });
const tell = { name: 'tell', text: "SELECT set_config('app.user', $1, false)" };
const page = { name: 'page', text: 'SELECT bench_title, bench_amount, bench_rowid FROM bench_row ORDER BY bench_title LIMIT $1' };

const columns = 'bench_title, bench_amount, bench_rowid';
const arm = (condition) => `(SELECT ${columns} FROM bench_row WHERE ${condition} ORDER BY bench_title LIMIT $1)`;
const shared = (a, b) => `(SELECT b.bench_title, b.bench_amount, b.bench_rowid FROM share s JOIN bench_row b USING (bench_rowid)
  WHERE s.principal IN (${a}, ${b}) AND s.mask & 1 <> 0 ORDER BY b.bench_title LIMIT $1)`;
const merged = (...arms) => `SELECT ${columns} FROM (${arms.join(' UNION ')}) AS u ORDER BY bench_title LIMIT $1`;
const byHand = new Map(Object.entries({
  narrow: merged(arm('owner = 1'), arm('owner = 1020'), shared(1, 1020)),
  middling: merged(arm('unit = 7'), arm('owner = 2'), shared(2, 1007)), // rows of the unit's team are of the unit
  global: page.text,
}).map(([name, text]) => [`Bearer ${name}`, { name: `by hand: ${name}`, text }]));

async function answerByHand(request, response) {
  const statement = byHand.get(request.headers.authorization);
  if (!statement) return response.writeHead(401).end();
  const { rows } = await owners.query({ ...statement, values: [50] });
  return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ value: rows }));
}

async function answer(request, response) {
  if (request.url === '/by-hand') return answerByHand(request, response);
  const caller = users.get(request.headers.authorization);
  if (!caller) return response.writeHead(401).end();
  const client = await pool.connect();
  try {
    await client.query({ ...tell, values: [caller] });
    const { rows } = await client.query({ ...page, values: [50] });
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ value: rows }));
  } finally {
    client.release();
  }
}
const server = createServer({ cert: readFileSync(cert), key: readFileSync(key) }, (request, response) =>
  answer(request, response).catch((error) => response.writeHead(500).end(String(error))));
server.keepAliveTimeout = 60000;
server.listen(Number(port), '127.0.0.1');
