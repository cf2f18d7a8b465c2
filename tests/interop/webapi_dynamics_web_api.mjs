// The Web API through the npm package dynamics-web-api, as its users call it. Environment: WEBAPI_URL (https://host/e/name/, with its last slash),
// WEBAPI_TOKEN (of a System Administrator), NODE_EXTRA_CA_CERTS. Prints a line for each step; exits 1 when one fails.
import { createRequire } from 'node:module';

const { DynamicsWebApi } = createRequire(process.env.WEBAPI_MODULES ?? import.meta.url)('dynamics-web-api');
const api = new DynamicsWebApi({
  serverUrl: process.env.WEBAPI_URL,
  dataApi: { path: 'data', version: '9.2' },
  onTokenRefresh: async () => process.env.WEBAPI_TOKEN,
});

let failures = 0;
async function step(name, run) {
  try {
    await run();
    console.log(`ok     ${name}`);
  } catch (e) {
    failures++;
    console.log(`FAILED ${name}: ${e.status ?? ''} ${e.code ?? ''} ${e.message ?? e}`);
  }
}
function equal(have, want, what) {
  if (JSON.stringify(have) !== JSON.stringify(want)) throw new Error(`${what}: ${JSON.stringify(have)}, not ${JSON.stringify(want)}`);
}
async function refused(promise, status, code) {
  try {
    await promise;
  } catch (e) {
    equal(e.status, status, 'status');
    if (code) equal(e.code, code, 'code');
    return;
  }
  throw new Error('was not refused');
}

const label = (text) => ({
  '@odata.type': 'Microsoft.Dynamics.CRM.Label',
  LocalizedLabels: [{ '@odata.type': 'Microsoft.Dynamics.CRM.LocalizedLabel', Label: text, LanguageCode: 1033 }],
});
const prefix = 'dwa';
const table = `${prefix}_note`, set = `${prefix}_notes`, id = `${table}id`, name = `${prefix}_title`, price = `${prefix}_price`;
let me, row;

await step('WhoAmI names a user, a unit and the organization', async () => {
  me = await api.callFunction({ functionName: 'WhoAmI' });
  for (const key of ['UserId', 'BusinessUnitId', 'OrganizationId'])
    if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(me[key])) throw new Error(`${key} is ${me[key]}`);
});
await step('a table is defined', async () => {
  await api.createEntity({ data: {
    '@odata.type': 'Microsoft.Dynamics.CRM.EntityMetadata', SchemaName: `${prefix}_Note`, EntitySetName: set,
    DisplayName: label('Note'), DisplayCollectionName: label('Notes'), OwnershipType: 'UserOwned', IsActivity: false, HasNotes: false,
    Attributes: [{ '@odata.type': 'Microsoft.Dynamics.CRM.StringAttributeMetadata', SchemaName: `${prefix}_Title`, IsPrimaryName: true,
      RequiredLevel: { Value: 'None' }, MaxLength: 100, DisplayName: label('Title') }] } });
});
await step('a column is added', async () => {
  await api.createAttribute({ entityKey: `LogicalName='${table}'`, data: {
    '@odata.type': 'Microsoft.Dynamics.CRM.MoneyAttributeMetadata', SchemaName: `${prefix}_Price`, Precision: 2, DisplayName: label('Price') } });
});
await step('the definition reads back', async () => {
  const found = await api.retrieveEntities({ select: ['LogicalName', 'EntitySetName'], filter: `LogicalName eq '${table}'` });
  equal(found.value.map((t) => t.EntitySetName), [set], 'tables');
  const columns = await api.retrieveAttributes({ entityKey: `LogicalName='${table}'`, select: ['LogicalName', 'AttributeType'] });
  equal(columns.value.find((c) => c.LogicalName === price)?.AttributeType, 'Money', 'type of the column');
});
await step('a row is created and its id comes back', async () => {
  row = await api.create({ collection: set, data: { [name]: 'first', [price]: 12.5 } });
  if (!/^[0-9a-f-]{36}$/.test(row)) throw new Error(`id is ${row}`);
});
await step('a row is created with its representation', async () => {
  const made = await api.create({ collection: set, data: { [name]: "it's \u00e9" }, returnRepresentation: true, select: [name] });
  equal(made[name], "it's \u00e9", 'name');
});
await step('a row is retrieved with annotations', async () => {
  const read = await api.retrieve({ collection: set, key: row, select: [name, price, '_ownerid_value', 'statecode'], includeAnnotations: '*' });
  equal(read[name], 'first', 'name');
  equal(read[price], 12.5, 'price');
  equal(read._ownerid_value, me.UserId, 'owner');
  equal(read['_ownerid_value@Microsoft.Dynamics.CRM.lookuplogicalname'], 'systemuser', 'kind of owner');
  equal(read['statecode@OData.Community.Display.V1.FormattedValue'], 'Active', 'state');
});
await step('a filter finds text with a quote in it', async () => {
  const found = await api.retrieveMultiple({ collection: set, select: [name], filter: `${name} eq 'IT''S \u00e9'` });
  equal(found.value.length, 1, 'rows');
});
await step('pages follow each other to the end', async () => {
  for (let i = 0; i < 25; i++) await api.create({ collection: set, data: { [name]: `page ${String(i).padStart(2, '0')}` } });
  const first = await api.retrieveMultiple({ collection: set, select: [name], filter: `startswith(${name},'page')`, orderBy: [`${name} desc`],
    maxPageSize: 10, count: true });
  equal(first.oDataCount, 25, 'count');
  equal(first.value.length, 10, 'rows of the first page');
  if (!first.oDataNextLink) throw new Error('no next link');
  const all = await api.retrieveAll({ collection: set, select: [name], filter: `startswith(${name},'page')`, orderBy: [`${name} desc`], maxPageSize: 10 });
  equal(all.value.map((r) => r[name]), Array.from({ length: 25 }, (_, i) => `page ${String(24 - i).padStart(2, '0')}`), 'names');
});
await step('rows are counted', async () => equal(await api.count({ collection: set, filter: `startswith(${name},'page')` }), 25, 'count'));
await step('$top limits a list', async () =>
  equal((await api.retrieveMultiple({ collection: set, select: [name], top: 3 })).value.length, 3, 'rows'));
await step('a row is updated', async () => {
  const updated = await api.update({ collection: set, key: row, data: { [name]: 'second', [price]: null }, returnRepresentation: true, select: [name, price] });
  equal([updated[name], updated[price]], ['second', null], 'values');
});
await step('one property is updated', async () => {
  await api.updateSingleProperty({ collection: set, key: row, fieldValuePair: { [price]: 3.25 } });
  equal((await api.retrieve({ collection: set, key: row, select: [price] }))[price], 3.25, 'price');
});
await step('an update with an old version is refused (the client tells a 412 as false)', async () =>
  equal(await api.update({ collection: set, key: row, data: { [name]: 'x' }, ifmatch: 'W/"1"' }), false, 'answer'));
await step('upsert creates and then updates', async () => {
  const key = '0198aaaa-0000-7000-8000-000000000001';
  await api.upsert({ collection: set, key, data: { [name]: 'made' } });
  const again = await api.upsert({ collection: set, key, data: { [name]: 'changed' }, returnRepresentation: true, select: [name] });
  equal(again[name], 'changed', 'name');
  await api.deleteRecord({ collection: set, key });
});
await step('an unknown column is refused with the code that clients know', () =>
  refused(api.retrieveMultiple({ collection: set, select: ['nothing'] }), 400, '0x80060888'));
await step('a row is deleted and is gone', async () => {
  await api.deleteRecord({ collection: set, key: row });
  await refused(api.retrieve({ collection: set, key: row, select: [name] }), 404, '0x80040217');
});
console.log(failures ? `${failures} failed` : 'all steps held');
process.exit(failures ? 1 : 0);
