// The Web API through OData clients that know nothing of its vendor: @odata/client makes and changes rows, ts-odata-client asks
// for them ($metadata is read by odata-csdl). Its startsWith and endsWith are of OData 4.01, which lets the case of names vary. Environment as of webapi_dynamics_web_api.mjs, whose table it finds. Prints a line for each step; exits 1 when one fails.
import { createRequire } from 'node:module';

const modules = createRequire(process.env.WEBAPI_MODULES ?? import.meta.url);
const { OData, EdmV4 } = modules('@odata/client');
const { ODataQuery } = modules('ts-odata-client');
// ts-odata-client names a module that its package lacks as its main one: Node says so and goes on.
const root = `${process.env.WEBAPI_URL}api/data/v9.2/`, authorization = `Bearer ${process.env.WEBAPI_TOKEN}`;
const set = 'dwa_notes', name = 'dwa_title', id = 'dwa_noteid', price = 'dwa_price';

let failures = 0;
async function step(what, run) {
  try {
    await run();
    console.log(`ok     ${what}`);
  } catch (e) {
    failures++;
    console.log(`FAILED ${what}: ${e.stack ?? e}`);
  }
}
function equal(have, want, what) {
  if (JSON.stringify(have) !== JSON.stringify(want)) throw new Error(`${what}: ${JSON.stringify(have)}, not ${JSON.stringify(want)}`);
}

const rows = OData.New4({ serviceEndpoint: root, commonHeaders: { Authorization: authorization, Prefer: 'return=representation' } }).getEntitySet(set);
let made;
await step('@odata/client makes, finds, changes and removes a row', async () => {
  made = await rows.create({ [name]: 'plain one', [price]: 3 });
  equal((await rows.retrieve(EdmV4.Guid.from(made[id])))[name], 'plain one', 'the row');
  await rows.update(EdmV4.Guid.from(made[id]), { [price]: 4.5 });
  const filter = rows.newFilter().property(name).eq('plain one');
  equal((await rows.query(filter)).map((r) => r[price]), [4.5], 'rows');
  equal(await rows.count(filter), 1, 'count');
  await rows.delete(EdmV4.Guid.from(made[id]));
  equal(await rows.count(filter), 0, 'count after removal');
});

const query = () => ODataQuery.forV4(`${root}${set}`, { requestInit: () => ({ headers: { authorization, Prefer: 'odata.maxpagesize=3' } }) });
await step('ts-odata-client asks with filter, order, selection and count', async () => {
  for (let n = 0; n < 8; n++) await rows.create({ [name]: `typed ${n}`, [price]: n });
  const answer = await query().filter((r) => r[name].$contains('typed').and(r[price].$greaterThanOrEqualTo(5))).orderByDescending((r) => r[price]).select(name, price).getManyWithCountAsync();
  equal(answer.value.map((r) => [r[name], r[price]]), [['typed 7', 7], ['typed 6', 6], ['typed 5', 5]], 'rows');
  equal(answer['@odata.count'], 3, 'count');
  const not = await query().filter((r, { not }) => not(r[name].$contains('d 3')).and(r[name].$equals('typed 3').or(r[name].$equals('typed 4')))).getManyAsync();
  equal(not.value.map((r) => r[name]), ['typed 4'], 'rows of a condition');
});
await step('and follows the pages to their end', async () => {
  const seen = [];
  for await (const r of query().filter((it) => it[name].$contains('typed')).orderBy((it) => it[name])) seen.push(r[name]);
  equal(seen, [0, 1, 2, 3, 4, 5, 6, 7].map((n) => `typed ${n}`), 'rows');
});
await step('a refusal reaches the program', async () => {
  const answer = await ODataQuery.forV4(`${root}${set}`, { requestInit: () => ({ headers: { authorization: `Bearer ${process.env.WEBAPI_PERSON_TOKEN}` } }) })
    .getManyAsync().then(() => 'answered', (e) => String(e.message ?? e));
  if (answer === 'answered') throw new Error('was not refused');
});
console.log(failures ? `${failures} failed` : 'all steps held');
process.exit(failures ? 1 : 0);
