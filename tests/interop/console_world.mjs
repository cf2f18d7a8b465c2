// What the first page's test looks at: an environment with a table of accounts in two countries, and two people. Written over the
// operator's lane (DIR/run/control.sock).
import { request } from 'node:http';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bailiwick } from './installation.mjs';

const password = 'correct horse battery';

export function operator(dir, method, path, body) {
  return new Promise((done, failed) => {
    const text = body === undefined ? '' : JSON.stringify(body);
    const headers = text ? { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) } : {};
    const asked = request({ socketPath: join(dir, 'run/control.sock'), host: 'localhost', method, path: encodeURI(path), headers }, (answer) => {
      let got = '';
      answer.setEncoding('utf8').on('data', (part) => { got += part; });
      answer.on('end', () => {
        if (answer.statusCode >= 400) return failed(new Error(`${method} ${path}: ${answer.statusCode} ${got}`));
        return done(got ? JSON.parse(got) : (answer.headers['odata-entityid'] ?? '').match(/\(([^)]*)\)$/)?.[1]);
      });
    });
    asked.on('error', failed).end(text);
  });
}

const label = (text) => ({ LocalizedLabels: [{ Label: text, LanguageCode: 1033 }] });
const column = (type, name, text, more = {}) => ({
  '@odata.type': `Microsoft.Dynamics.CRM.${type}AttributeMetadata`, SchemaName: name, DisplayName: label(text), ...more });

const table = {
  '@odata.type': 'Microsoft.Dynamics.CRM.EntityMetadata', SchemaName: 'con_Account', EntitySetName: 'con_accounts', OwnershipType: 'UserOwned',
  DisplayName: label('Account'), DisplayCollectionName: label('Accounts'),
  Attributes: [
    column('String', 'con_Name', 'Name', { IsPrimaryName: true, MaxLength: 160, RequiredLevel: { Value: 'ApplicationRequired' } }),
  ],
};
const columns = [
  column('String', 'con_City', 'City', { MaxLength: 80 }),
  column('String', 'con_Country', 'Country', { MaxLength: 2 }),
  column('Integer', 'con_Employees', 'Employees', { MinValue: 0, MaxValue: 1000000 }),
  column('Memo', 'con_Note', 'Note', { MaxLength: 2000 }),
];

const words = ['Acme', 'Baltic', 'Corvus', 'Delta', 'Elbe', 'Fjord', 'Granit', 'Helios', 'Iris', 'Jura', 'Kappa', 'Lumen', 'Mistral'];
const kinds = ['Instruments', 'Networks', 'Optics', 'Semiconductors', 'Telecom'];
const places = { DE: ['Berlin', 'Hamburg', 'Leipzig'], FR: ['Lyon', 'Nantes', "L'Haÿ <i>les</i> Roses"] };

// 65 for each country: 'Acme Instruments (DE)' and so on.
function rows(country) {
  return words.flatMap((word, i) => kinds.map((kind, j) => ({
    con_name: `${word} ${kind} (${country})`, con_city: places[country][(i + j) % 3], con_country: country,
    con_employees: 10 + 7 * i * j, con_note: `Visited once, in week ${i + 1}.` })));
}

export async function fillWorld(dir, tenant) {
  const file = join(dir, 'password');
  writeFileSync(file, password, { mode: 0o600 });
  const environment = bailiwick('environment', 'create', dir, '--tenant', tenant, '--unique-name', 'sales', '--name', 'Sales');
  const api = (method, path, body) => operator(dir, method, `/e/sales/api/data/v9.2${path}`, body);
  await api('POST', '/EntityDefinitions', table);
  for (const one of columns) await api('POST', "/EntityDefinitions(LogicalName='con_account')/Attributes", one);
  const [root] = (await api('GET', '/businessunits?$select=businessunitid')).value;
  const unit = (name) => api('POST', '/businessunits', {
    name, 'parentbusinessunitid@odata.bind': `/businessunits(${root.businessunitid})` });
  const units = { DE: await unit('Germany'), FR: await unit('France') };
  const role = await api('POST', '/roles', { name: 'Account keeper', 'businessunitid@odata.bind': `/businessunits(${root.businessunitid})` });
  const privileges = (await api('GET', '/privileges?$select=name,privilegeid')).value;
  const grant = (name, Depth) => ({ PrivilegeId: privileges.find((p) => p.name === name).privilegeid, Depth });
  const reads = ['SystemUser', 'BusinessUnit', 'Role', 'Team'].map((name) => grant(`prvRead${name}`, 'Global'));
  await api('POST', `/roles(${role})/Microsoft.Dynamics.CRM.AddPrivilegesRole`, {
    Privileges: [grant('prvReadcon_Account', 'Global'), grant('prvWritecon_Account', 'Local'), ...reads] });
  const reader = await api('POST', '/roles', { name: 'Reader', 'businessunitid@odata.bind': `/businessunits(${root.businessunitid})` });
  await api('POST', `/roles(${reader})/Microsoft.Dynamics.CRM.AddPrivilegesRole`, { Privileges: [grant('prvReadcon_Account', 'Global')] });
  for (const [country, id] of Object.entries(units)) {
    const [team] = (await api('GET', `/teams?$select=teamid&$filter=_businessunitid_value eq ${id} and isdefault eq true`)).value;
    for (const [name, of] of [['Account keeper', role], ['Reader', reader]]) {
      const [own] = (await api('GET', `/roles?$select=roleid&$filter=name eq '${name}' and _businessunitid_value eq ${id}`)).value;
      units[country + name] = own?.roleid ?? of;
    }
    await api('POST', `/teams(${team.teamid})/teamroles_association/$ref`, { '@odata.id': `roles(${units[`${country}Reader`]})` });
    for (const row of rows(country)) await api('POST', '/con_accounts', { ...row, 'ownerid@odata.bind': `/teams(${team.teamid})` });
  }
  const person = async (upn, name, unitId, roleId) => {
    const made = bailiwick('user', 'create', dir, '--tenant', tenant, '--upn', upn, '--name', name, '--password-file', file, '--keep-password');
    const id = await api('POST', '/systemusers', {
      azureactivedirectoryobjectid: made.id, domainname: upn, firstname: name.split(' ')[0], lastname: name.split(' ')[1],
      'businessunitid@odata.bind': `/businessunits(${unitId})` });
    if (roleId) await api('POST', `/systemusers(${id})/systemuserroles_association/$ref`, { '@odata.id': `roles(${roleId})` });
    return { upn, name, password, id };
  };
  return {
    environment, keeper: await person('greta@contoso.example', 'Greta Keller', units.DE, units['DEAccount keeper']),
    nobody: await person('noor@contoso.example', 'Noor Novak', root.businessunitid, null),
  };
}
