// A page of rows from PostgreSQL under row-level security: as little Node as does the work. The caller's token names a user in a map
// (ours verifies a signature instead), the user is told to the session, and the policy of the table does the rest.
// usage: node page_server.mjs PORT CERTIFICATE KEY SOCKET_FOLDER TOKEN=USER...   (run where node_modules is)
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import pg from 'pg';

const [port, cert, key, host, ...callers] = process.argv.slice(2);
const users = new Map(callers.map((one) => one.split('=')).map(([token, user]) => [`Bearer ${token}`, user]));
const pool = new pg.Pool({ host, user: 'app', database: 'postgres', max: 8 });
const tell = { name: 'tell', text: "SELECT set_config('app.user', $1, false)" };
const page = { name: 'page', text: 'SELECT bench_title, bench_amount, bench_rowid FROM bench_row ORDER BY bench_title LIMIT $1' };

async function answer(request, response) {
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
