// The Web API through the npm package dynamics-web-api, as its users call it. Environment: WEBAPI_URL (https://host/e/name/, with its last slash),
// WEBAPI_TOKEN (of a System Administrator), WEBAPI_PERSON_TOKEN (of somebody without a role), NODE_EXTRA_CA_CERTS. Prints a line for each step; exits 1 when one fails.
import { createRequire } from 'node:module';

const modules = createRequire(process.env.WEBAPI_MODULES ?? import.meta.url);
const { DynamicsWebApi } = modules('dynamics-web-api');
const client = (token) => new DynamicsWebApi({
  serverUrl: process.env.WEBAPI_URL,
  dataApi: { path: 'data', version: '9.2' },
  onTokenRefresh: async () => token,
});
const api = client(process.env.WEBAPI_TOKEN), person = client(process.env.WEBAPI_PERSON_TOKEN);

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
await step('a lookup is expanded', async () => {
  const read = await api.retrieve({ collection: set, key: row, select: [name], expand: [{ property: 'owningbusinessunit', select: ['name'] }] });
  if (!read.owningbusinessunit.name || read.owningbusinessunit.businessunitid !== me.BusinessUnitId) throw new Error(JSON.stringify(read));
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

// --- security roles: an administrator and a person ---

const titles = async (who) => (await who.retrieveMultiple({ collection: set, select: [name], orderBy: [name] })).value.map((r) => r[name]);
const first = async (collection, filter, select) => (await api.retrieveMultiple({ collection, filter, select })).value[0];
let ada, unit, below, beside, role, privileges;
const instance = async (of, where) => (await first('roles', `_parentrootroleid_value eq ${of} and _businessunitid_value eq ${where}`, ['roleid'])).roleid;
const grant = (depths) => api.callAction({ collection: 'roles', key: role, actionName: 'Microsoft.Dynamics.CRM.AddPrivilegesRole',
  action: { Privileges: Object.entries(depths).map(([right, Depth]) => ({ PrivilegeId: privileges[`prv${right}${prefix}_Note`], Depth })) } });

await step('a person without a role is refused everything but WhoAmI', async () => {
  ada = (await person.callFunction({ functionName: 'WhoAmI' })).UserId;
  await refused(titles(person), 403, '0x80042f09');
});
await step('units are made, below and beside each other', async () => {
  const make = (title, parent) => api.create({ collection: 'businessunits', data: { name: title, 'parentbusinessunitid@odata.bind': `businessunits(${parent})` } });
  unit = await make('North', me.BusinessUnitId);
  below = await make('Harbour', unit);
  beside = await make('South', me.BusinessUnitId);
  await api.update({ collection: 'systemusers', key: ada, data: { 'businessunitid@odata.bind': `businessunits(${unit})` } });
});
await step('a role is made, gets privileges and is seen in every unit', async () => {
  role = await api.create({ collection: 'roles', data: { name: 'Writer' } });
  const defined = await api.retrieveEntities({ select: ['LogicalName', 'Privileges'], filter: `LogicalName eq '${table}'` });
  privileges = Object.fromEntries(defined.value[0].Privileges.map((p) => [p.Name, p.PrivilegeId]));
  await grant({ Create: 'Basic', Read: 'Basic', Write: 'Basic' });
  const read = await api.callFunction({ functionName: 'RetrieveRolePrivilegesRole', parameters: { RoleId: role } });
  equal(read.RolePrivileges.map((p) => [p.PrivilegeName, p.Depth]).sort(),
    [[`prvCreate${prefix}_Note`, 'Basic'], [`prvRead${prefix}_Note`, 'Basic'], [`prvWrite${prefix}_Note`, 'Basic']], 'privileges');
  equal((await api.retrieveMultiple({ collection: 'roles', filter: `_parentrootroleid_value eq ${role}` })).value.length, 4, 'instances');
});
await step('a role of another unit cannot be held (classic mode)', () =>
  refused(api.associate({ collection: 'systemusers', primaryKey: ada, relationshipName: 'systemuserroles_association', relatedCollection: 'roles', relatedKey: role }), 400));
await step('the role is assigned by association', async () => {
  await api.associate({ collection: 'systemusers', primaryKey: ada, relationshipName: 'systemuserroles_association', relatedCollection: 'roles',
    relatedKey: await instance(role, unit) });
  const held = await api.retrieve({ collection: 'systemusers', key: ada, navigationProperty: 'systemuserroles_association', select: ['name'] });
  equal(held.value.map((r) => r.name), ['Writer'], 'roles held');
});
await step('basic depth: exactly the own rows', async () => {
  await person.create({ collection: set, data: { [name]: 'by ada' } });
  equal(await titles(person), ['by ada'], 'rows');
});
await step('unit depth: exactly the rows of the unit', async () => {
  for (const [title, where] of [['in the unit', unit], ['below it', below], ['beside it', beside]]) {
    const owner = await api.create({ collection: 'systemusers', data: { domainname: `${title.replaceAll(' ', '.')}@contoso.example`, 'businessunitid@odata.bind': `businessunits(${where})` } });
    await api.associate({ collection: 'systemusers', primaryKey: owner, relationshipName: 'systemuserroles_association', relatedCollection: 'roles',
      relatedKey: await instance(role, where) });
    await api.create({ collection: set, data: { [name]: title, 'ownerid@odata.bind': `systemusers(${owner})` } });
  }
  await grant({ Read: 'Local' });
  equal(await titles(person), ['by ada', 'in the unit'], 'rows');
  equal(await person.count({ collection: set }), 2, 'count');
  await grant({ Read: 'Deep' });
  equal(await titles(person), ['below it', 'by ada', 'in the unit'], 'rows with the units below');
});
await step('what the role leaves out is refused with the codes that clients know', async () => {
  const find = async (title) => (await first(set, `${name} eq '${title}'`, [name]))[id];
  await refused(person.retrieve({ collection: set, key: await find('beside it') }), 403, '0x80048306');
  await refused(person.update({ collection: set, key: await find('below it'), data: { [name]: 'x' } }), 403, '0x80048306');
  await refused(person.deleteRecord({ collection: set, key: await find('by ada') }), 403, '0x80040220');
  await refused(person.create({ collection: 'roles', data: { name: 'Mine' } }), 403, '0x80040220');
});
await step('a team owns rows and gives its members its role', async () => {
  const team = await api.create({ collection: 'teams', data: { name: 'Crew', teamtype: 0, 'businessunitid@odata.bind': `businessunits(${beside})` } });
  await api.associate({ collection: 'teams', primaryKey: team, relationshipName: 'teamroles_association', relatedCollection: 'roles', relatedKey: await instance(role, beside) });
  await api.callAction({ collection: 'teams', key: team, actionName: 'Microsoft.Dynamics.CRM.AddMembersTeam',
    action: { Members: [{ '@odata.type': 'Microsoft.Dynamics.CRM.systemuser', systemuserid: ada }] } });
  await person.create({ collection: set, data: { [name]: 'of the crew', 'ownerid@odata.bind': `teams(${team})` } });
  equal(await titles(person), ['below it', 'beside it', 'by ada', 'in the unit', 'of the crew'], 'rows');
  await api.callAction({ collection: 'teams', key: team, actionName: 'Microsoft.Dynamics.CRM.RemoveMembersTeam',
    action: { Members: [{ '@odata.type': 'Microsoft.Dynamics.CRM.systemuser', systemuserid: ada }] } });
  equal(await titles(person), ['below it', 'by ada', 'in the unit'], 'rows after leaving');
});
await step('a batch makes rows and reads them', async () => {
  api.startBatch();
  api.create({ collection: set, data: { [name]: 'batch one' } });
  api.create({ collection: set, data: { [name]: 'batch two' } });
  const made = await api.executeBatch();
  equal(made.length, 2, 'answers');
  api.startBatch();
  api.retrieveMultiple({ collection: set, select: [name], filter: `startswith(${name},'batch ')`, orderBy: [name] });
  api.callFunction({ functionName: 'WhoAmI' });
  const [listed, self] = await api.executeBatch();
  equal(listed.value.map((r) => r[name]), ['batch one', 'batch two'], 'rows');
  equal(self.UserId, me.UserId, 'WhoAmI');
});
await step('a change set that fails leaves nothing behind', async () => {
  api.startBatch();
  api.create({ collection: set, data: { [name]: 'batch three' } });
  api.create({ collection: set, data: { nonsense: 1 } });
  const told = await api.executeBatch();
  equal([told.length, told[0].status, told[0].error.code], [1, 400, '0x80060888'], 'one refusal for the set');
  equal(await api.count({ collection: set, filter: `${name} eq 'batch three'` }), 0, 'rows of the set');
});
await step('a lookup relates rows: deep insert, expand, path, lambda, aggregate, collection', async () => {
  await api.createRelationship({ data: { '@odata.type': 'Microsoft.Dynamics.CRM.OneToManyRelationshipMetadata', SchemaName: `${prefix}_children`,
    ReferencedEntity: table, ReferencingEntity: table, CascadeConfiguration: { Share: 'Cascade', Unshare: 'Cascade' },
    Lookup: { '@odata.type': 'Microsoft.Dynamics.CRM.LookupAttributeMetadata', SchemaName: `${prefix}_Parent` } } });
  const parent = await api.create({ collection: set, data: { [name]: 'parent', [`${prefix}_children`]: [{ [name]: 'child one' }, { [name]: 'child two' }] } });
  const key = typeof parent === 'string' ? parent : parent[id];
  const read = await api.retrieve({ collection: set, key, select: [name], expand: [{ property: `${prefix}_children`, select: [name], orderBy: [name] }] });
  equal(read[`${prefix}_children`].map((r) => r[name]), ['child one', 'child two'], 'children');
  const byPath = await api.retrieveMultiple({ collection: set, select: [name], filter: `${prefix}_Parent/${name} eq 'parent'`, orderBy: [`${prefix}_Parent/${name}`, `${name} desc`] });
  equal(byPath.value.map((r) => r[name]), ['child two', 'child one'], 'rows by a path');
  const byLambda = await api.retrieveMultiple({ collection: set, select: [name], filter: `${prefix}_children/any(c:c/${name} eq 'child one')` });
  equal(byLambda.value.map((r) => r[name]), ['parent'], 'rows by a lambda');
  const grouped = await api.retrieveMultiple({ collection: set, apply: `filter(${prefix}_Parent/${name} ne null)/groupby((${prefix}_Parent/${name}),aggregate($count as n))` });
  equal(grouped.value, [{ [`${prefix}_Parent`]: { [name]: 'parent' }, n: 2 }], 'groups');
  const collection = await api.retrieve({ collection: set, key, navigationProperty: `${prefix}_children`, select: [name] });
  equal(collection.value.length, 2, 'the collection');
  const child = byPath.value[0][id];
  await api.disassociate({ collection: set, primaryKey: key, relationshipName: `${prefix}_children`, relatedKey: child });
  equal((await api.retrieve({ collection: set, key: child }))[`_${prefix}_parent_value`], null, 'the lookup');
  await api.associateSingleValued({ collection: set, primaryKey: child, navigationProperty: `${prefix}_Parent`, relatedCollection: set, relatedKey: key });
  equal((await api.retrieve({ collection: set, key: child }))[`_${prefix}_parent_value`], key, 'the lookup');
});
await step('rows are counted page by page', async () =>
  equal(await api.countAll({ collection: set, filter: `startswith(${name},'page')` }), 25, 'count'));
await step('definitions are read one by one', async () => {
  const entity = await api.retrieveEntity({ key: `LogicalName='${table}'`, select: ['EntitySetName', 'MetadataId'] });
  equal(entity.EntitySetName, set, 'the set');
  const column = await api.retrieveAttribute({ entityKey: entity.MetadataId, attributeKey: `LogicalName='${price}'`, select: ['AttributeType', 'MetadataId'] });
  equal(column.AttributeType, 'Money', 'type of the column');
  const all = await api.retrieveRelationships({ castType: 'Microsoft.Dynamics.CRM.OneToManyRelationshipMetadata', select: ['SchemaName', 'MetadataId'], filter: `SchemaName eq '${prefix}_children'` });
  equal(all.value.map((r) => r.SchemaName), [`${prefix}_children`], 'relationships');
  const one = await api.retrieveRelationship({ key: all.value[0].MetadataId, castType: 'Microsoft.Dynamics.CRM.OneToManyRelationshipMetadata' });
  equal([one.ReferencedEntity, one.ReferencingEntity], [table, table], 'its ends');
});
await step('$metadata comes through the client, too', async () => {
  const text = await api.retrieveCsdlMetadata();
  if (!text.includes(`EntityType Name="${table}"`)) throw new Error('the table is missing');
});
await step('a lookup is emptied as a property', async () => {
  const [parent, child] = [await api.create({ collection: set, data: { [name]: 'above' } }), await api.create({ collection: set, data: { [name]: 'beneath' } })];
  await api.associateSingleValued({ collection: set, primaryKey: child, navigationProperty: `${prefix}_Parent`, relatedCollection: set, relatedKey: parent });
  await api.disassociateSingleValued({ collection: set, primaryKey: child, navigationProperty: `${prefix}_Parent` });
  equal((await api.retrieve({ collection: set, key: child }))[`_${prefix}_parent_value`], null, 'the lookup');
});
await step('a System Administrator acts for somebody', async () => {
  const self = await api.callFunction({ functionName: 'WhoAmI', impersonate: ada });
  equal(self.UserId, ada, 'who it is');
  const made = await api.create({ collection: set, data: { [name]: 'for ada' }, impersonate: ada, returnRepresentation: true });
  equal([made._createdby_value, made._createdonbehalfby_value], [ada, me.UserId], 'by whom');
  await refused(person.callFunction({ functionName: 'WhoAmI', impersonate: me.UserId }), 403, '0x8004a110');
});
await step('an alternate key is defined and used', async () => {
  const definition = { '@odata.type': 'Microsoft.Dynamics.CRM.EntityKeyMetadata', SchemaName: `${prefix}_PriceKey`, DisplayName: label('Price'), KeyAttributes: [price] };
  const answer = await fetch(`${process.env.WEBAPI_URL}api/data/v9.2/EntityDefinitions(LogicalName='${table}')/Keys`, { // the client has no call for it
    method: 'POST', headers: { authorization: `Bearer ${process.env.WEBAPI_TOKEN}`, 'content-type': 'application/json' }, body: JSON.stringify(definition) });
  equal(answer.status, 204, 'the definition');
  const made = await api.create({ collection: set, data: { [name]: 'by its price', [price]: 4711.25 } });
  equal((await api.retrieve({ collection: set, key: `${price}=4711.25`, select: [name] }))[name], 'by its price', 'the row');
  await api.upsert({ collection: set, key: `${price}=4711.25`, data: { [name]: 'changed by its price' } });
  const other = await api.upsert({ collection: set, key: `${price}=4712.25`, data: { [name]: 'made by its price' }, returnRepresentation: true });
  equal([(await api.retrieve({ collection: set, key: made, select: [name] }))[name], other[price]], ['changed by its price', 4712.25], 'both rows');
  await refused(api.create({ collection: set, data: { [name]: 'twice', [price]: 4711.25 } }), 412, '0x80060892');
});
await step('rows are joined many to many', async () => {
  await api.createRelationship({ data: {
    '@odata.type': 'Microsoft.Dynamics.CRM.ManyToManyRelationshipMetadata', SchemaName: `${prefix}_friends`, IntersectEntityName: `${prefix}_friends`,
    Entity1LogicalName: table, Entity2LogicalName: table, Entity1NavigationPropertyName: `${prefix}_friends`, Entity2NavigationPropertyName: `${prefix}_friendof` } });
  const [a, b] = [await api.create({ collection: set, data: { [name]: 'a friend' } }), await api.create({ collection: set, data: { [name]: 'b friend' } })];
  await api.associate({ collection: set, primaryKey: a, relationshipName: `${prefix}_friends`, relatedCollection: set, relatedKey: b });
  const found = await api.retrieve({ collection: set, key: b, select: [name], expand: [{ property: `${prefix}_friendof`, select: [name] }] });
  equal(found[`${prefix}_friendof`].map((r) => r[name]), ['a friend'], 'the other end');
  await api.disassociate({ collection: set, primaryKey: a, relationshipName: `${prefix}_friends`, relatedKey: b });
});
await step('relationships of one kind are listed, filtered by what they have', async () => {
  const listed = await api.retrieveRelationships({ castType: 'Microsoft.Dynamics.CRM.ManyToManyRelationshipMetadata', select: ['SchemaName'], filter: `Entity1LogicalName eq '${table}'` });
  equal(listed.value.map((r) => r.SchemaName), [`${prefix}_friends`], 'relationships');
  const key = `SchemaName='${prefix}_friends'`;
  equal((await api.retrieveRelationship({ key, castType: 'Microsoft.Dynamics.CRM.ManyToManyRelationshipMetadata' })).Entity2LogicalName, table, 'other end');
  await refused(api.retrieveRelationship({ key, castType: 'Microsoft.Dynamics.CRM.OneToManyRelationshipMetadata' }), 404);
});
await step('a column of several choices and a day', async () => {
  const kinds = 'Microsoft.Dynamics.CRM.MultiSelectPicklistAttributeMetadata', colours = `${prefix}_colours`, day = `${prefix}_day`;
  const options = [[1, 'Red'], [2, 'Green'], [3, 'Blue']].map(([Value, text]) => ({ Value, Label: label(text) }));
  await api.createAttribute({ entityKey: `LogicalName='${table}'`, data: { '@odata.type': kinds, SchemaName: `${prefix}_Colours`, OptionSet: { Options: options } } });
  await api.createAttribute({ entityKey: `LogicalName='${table}'`, data: { '@odata.type': 'Microsoft.Dynamics.CRM.DateTimeAttributeMetadata', SchemaName: `${prefix}_Day`,
    Format: 'DateOnly', DateTimeBehavior: { Value: 'DateOnly' } } });
  const listed = await api.retrieveAttributes({ entityKey: `LogicalName='${table}'`, castType: kinds, select: ['LogicalName'], expand: [{ property: 'OptionSet' }] });
  equal(listed.value.map((c) => [c.LogicalName, c.OptionSet.Options.length]), [[colours, 3]], 'columns');
  const made = await api.create({ collection: set, data: { [name]: 'bright', [colours]: '3, 1', [day]: '2026-01-31' } });
  const found = await api.retrieveMultiple({ collection: set, select: [name, colours, day], includeAnnotations: '*',
    filter: `Microsoft.Dynamics.CRM.ContainValues(PropertyName='${colours}',PropertyValues=['3']) and ${day} eq 2026-01-31` });
  equal(found.value.map((r) => [r[id], r[colours], r[`${colours}@OData.Community.Display.V1.FormattedValue`], r[day]]), [[made, '1,3', 'Red; Blue', '2026-01-31']], 'rows');
});
await step('roles are expanded with their users', async () => {
  const user = await api.retrieve({ collection: 'systemusers', key: ada, select: ['fullname'], expand: [{ property: 'systemuserroles_association', select: ['name'] }] });
  const listed = await api.retrieveMultiple({ collection: 'systemusers', select: ['systemuserid'], filter: `systemuserroles_association/any(r:r/name eq '${user.systemuserroles_association[0].name}')` });
  if (!listed.value.some((u) => u.systemuserid === ada)) throw new Error(JSON.stringify(listed.value));
});
await step('changes are followed by the delta link', async () => {
  const first = await api.retrieveMultiple({ collection: set, select: [name], trackChanges: true });
  if (!first['@odata.deltaLink']) throw new Error('no delta link');
  const made = await api.create({ collection: set, data: { [name]: 'new since' } });
  await api.deleteRecord({ collection: set, key: first.value[0][id] });
  const next = await api.retrieveMultiple({ collection: set }, first['@odata.deltaLink']);
  equal(next.value.map((r) => r[id] ?? `${r.reason} ${r.id}`).sort(), [made, `deleted ${first.value[0][id]}`].sort(), 'what is told');
});
await step('$metadata is read by odata-csdl without a complaint', async () => {
  const { xml2json } = modules('odata-csdl');
  const answer = await fetch(`${process.env.WEBAPI_URL}api/data/v9.2/$metadata`, { headers: { authorization: `Bearer ${process.env.WEBAPI_TOKEN}` } });
  const messages = [], document = xml2json(await answer.text(), { strict: true, messages });
  equal(messages, [], 'messages');
  const schema = document['Microsoft.Dynamics.CRM'], type = schema[table];
  equal([type[`${prefix}_children`].$Collection, type[`${prefix}_children`].$Partner, type[`${prefix}_Parent`].$Partner], [true, `${prefix}_Parent`, `${prefix}_children`], 'partners');
  equal(schema.System[set].$Type, `mscrm.${table}`, 'the set');
  for (const operation of ['WhoAmI', 'GrantAccess', 'RetrievePrincipalAccess', 'WhoCanAccess', 'AddUserToRecordTeam'])
    if (!schema[operation]) throw new Error(`no ${operation}`);
});
await step('the role taken away ends it at the next request', async () => {
  await api.disassociate({ collection: 'systemusers', primaryKey: ada, relationshipName: 'systemuserroles_association', relatedKey: await instance(role, unit) });
  await refused(titles(person), 403, '0x80042f09');
});
console.log(failures ? `${failures} failed` : 'all steps held');
process.exit(failures ? 1 : 0);
