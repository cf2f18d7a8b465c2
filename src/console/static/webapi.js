// The Web API of one environment, as any client may use it; and its refusals in words.
import { directoryScope, tenantId, token } from './signin.js';

const FORMATTED = '@OData.Community.Display.V1.FormattedValue';
const ANNOTATIONS = 'odata.include-annotations="OData.Community.Display.V1.FormattedValue"';
export const PAGE_ROWS = 25;

// What went wrong: `title` and `text` for people, `said` and `code` as the service put it.
export class Problem extends Error {
  constructor(title, text, more = {}) {
    super(title);
    Object.assign(this, { title, text }, more);
  }
}

async function send(url, scope, options = {}) {
  for (let fresh = false; ; fresh = true) {
    let answer;
    const headers = { Accept: 'application/json', ...options.headers, Authorization: `Bearer ${await token(scope, fresh)}` };
    try {
      answer = await fetch(url, { ...options, headers });
    } catch (failure) {
      if (failure.name === 'AbortError') throw failure;
      throw new Problem('The service cannot be reached', 'Nothing was changed. Check the connection and try again.');
    }
    if (answer.status === 401 && !fresh) continue; // the token was withdrawn, or the clocks differ
    if (answer.ok) return answer.status === 204 ? null : answer.json();
    const error = (await answer.json().catch(() => ({}))).error ?? {};
    throw new Problem(`The service answered with ${answer.status}`, '', { status: answer.status, code: error.code, said: error.message });
  }
}

// Which environments there are: the platform's discovery service.
export async function environments() {
  const { value } = await send(`/${tenantId()}/api/discovery/v2.0/Instances`, directoryScope);
  return value.map((one) => ({ name: one.UniqueName, title: one.FriendlyName, url: one.ApiUrl, open: one.State === 0 }));
}

const label = (text) => text?.UserLocalizedLabel?.Label ?? '';

// Lower case is how the service names a thing that nobody has given a title.
function columnOf(c) {
  const title = label(c.DisplayName) || c.SchemaName;
  return { name: c.LogicalName, title: title.replace(/([a-z])([A-Z])/g, '$1 $2'), type: c.AttributeType, id: c.IsPrimaryId,
    primary: c.IsPrimaryName, custom: c.IsCustomAttribute, updatable: c.IsValidForUpdate, required: c.RequiredLevel?.Value !== 'None',
    length: c.MaxLength, min: c.MinValue, max: c.MaxValue, precision: c.Precision, day: c.Format === 'DateOnly',
    options: c.OptionSet?.Options.map((o) => ({ value: o.Value, title: label(o.Label) })) };
}

export class Environment {
  constructor({ url, name, title }) {
    Object.assign(this, { name, title, root: `${url}/api/data/v9.2/`, scope: `${url}/user_impersonation` });
  }

  get(path, options = {}) {
    return send(path.startsWith(this.root) ? path : this.root + path, this.scope, {
      ...options, headers: { Prefer: `odata.maxpagesize=${PAGE_ROWS},${ANNOTATIONS}` } });
  }

  // Who the environment takes the signed-in person for.
  async me() {
    const { UserId, BusinessUnitId } = await this.get('WhoAmI');
    const [user, unit] = await Promise.all([this.get(`systemusers(${UserId})?$select=fullname`).catch(() => ({})),
      this.get(`businessunits(${BusinessUnitId})?$select=name`).catch(() => ({}))]);
    return { id: UserId, name: user.fullname, unit: unit.name };
  }

  // Roles held directly and through teams; what may not be read is simply not told.
  async roles(userId) {
    const list = (path) => this.get(path).then(({ value }) => value);
    const direct = (await list(`systemusers(${userId})/systemuserroles_association?$select=name`)).map((role) => ({ name: role.name }));
    const teams = await list(`systemusers(${userId})/teammembership_association?$select=name,teamid`).catch(() => []);
    const through = await Promise.all(teams.map((team) => list(`teams(${team.teamid})/teamroles_association?$select=name`)
      .then((roles) => roles.map((role) => ({ name: role.name, team: team.name }))).catch(() => [])));
    return [...direct, ...through.flat()];
  }

  // "prvReadcon_Account" -> "Local".
  async privileges(userId) {
    const { RolePrivileges } = await this.get(`systemusers(${userId})/Microsoft.Dynamics.CRM.RetrieveUserPrivileges()`);
    return new Map(RolePrivileges.map((p) => [p.PrivilegeName, p.Depth]));
  }

  async tables() {
    const select = 'LogicalName,SchemaName,EntitySetName,DisplayName,DisplayCollectionName,PrimaryIdAttribute,PrimaryNameAttribute,'
      + 'OwnershipType,TableClass';
    const { value } = await this.get(`EntityDefinitions?$select=${select}`);
    return value.filter((t) => t.TableClass === 'Business').map((t) => ({ name: t.LogicalName, schema: t.SchemaName,
      set: t.EntitySetName, title: label(t.DisplayName) || t.LogicalName, titles: label(t.DisplayCollectionName) || t.EntitySetName,
      id: t.PrimaryIdAttribute, primary: t.PrimaryNameAttribute, owned: t.OwnershipType === 'UserOwned' }));
  }

  async columns(table) {
    const { value } = await this.get(`EntityDefinitions(LogicalName='${table.name}')/Attributes`);
    return value.map(columnOf);
  }

  rows(table, { columns, search, order, descending }, signal) {
    const select = columns.map((c) => field(c)).join(',');
    const filter = search && table.primary ? `contains(${table.primary},'${search.replaceAll("'", "''")}')` : '';
    const options = [['$select', select], ['$count', 'true'], ['$filter', filter], ['$orderby', order && `${order}${descending ? ' desc' : ''}`]];
    const query = options.filter(([, value]) => value).map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
    return this.get(`${table.set}?${query}`, { signal });
  }

  row(table, id) {
    return this.get(`${table.set}(${id})`);
  }

  change(table, row, changes) {
    return send(`${this.root}${table.set}(${row[table.id]})`, this.scope, { method: 'PATCH', body: JSON.stringify(changes), headers: {
      'Content-Type': 'application/json', 'If-Match': row['@odata.etag'], Prefer: `return=representation,${ANNOTATIONS}` } });
  }
}

const isLookup = (column) => ['Lookup', 'Owner', 'Customer'].includes(column.type);
// How the wire names a column: a lookup stands there with its key.
export const field = (column) => (isLookup(column) ? `_${column.name}_value` : column.name);

// A value as people read it: as the service formats it, times in the reader's own zone.
export function text(row, column) {
  const value = row[field(column)];
  if (value === null || value === undefined) return '';
  if (column.day) return new Date(`${value}T00:00:00`).toLocaleDateString(undefined, { dateStyle: 'medium' });
  if (column.type === 'DateTime') return new Date(value).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
  if (column.type === 'Integer' || column.type === 'BigInt') return value.toLocaleString();
  return String(row[field(column) + FORMATTED] ?? value);
}

// --- refusals ---

const VERBS = { Read: 'see', Create: 'create', Write: 'change', Delete: 'delete', Assign: 'give away', Share: 'share', Append: 'attach',
  AppendTo: 'attach to' };

// Whose rows a depth reaches.
export const reach = (depth, me) => ({
  Basic: 'you and your teams',
  Local: `your business unit${me.unit ? `, ${me.unit}` : ''}`,
  Deep: `your business unit${me.unit ? `, ${me.unit},` : ''} and the units below it`,
  Global: 'everybody',
})[depth];

function missingPrivilege(problem, table) {
  const [, right] = problem.said?.match(/is missing prv(Read|Create|Write|Delete|Assign|Share|AppendTo|Append)/) ?? [];
  return right && `None of your roles lets you ${VERBS[right]} ${table ? table.titles.toLowerCase() : 'this'}.`;
}

function noAccess({ table, privileges, me, row }) {
  const depth = privileges?.get(`prvWrite${table.schema}`);
  const of = (name) => row[`_${name}_value${FORMATTED}`];
  const owner = of('ownerid'), unit = of('owningbusinessunit');
  const whose = [owner && `belongs to ${owner}`, unit && unit !== owner && `is kept in ${unit}`].filter(Boolean).join(' and ');
  return `${depth ? `Of the ${table.titles.toLowerCase()} your roles let you change those of ${reach(depth, me)}.` : ''} ${
    whose ? `This one ${whose}.` : ''}`.trim();
}

// The service's refusal, in words that somebody who knows no code can act upon; what it said itself stays beside it.
export function explain(problem, context = {}) {
  const { code, status } = problem;
  const told = (title, sentence) => Object.assign(problem, { title, text: sentence });
  if (code === '0x80040220') return told('Your roles do not allow this', missingPrivilege(problem, context.table) ?? '');
  if (code === '0x80048306') return told('You may not change this one', context.row ? noAccess(context) : '');
  if (code === '0x80042f09')
    return told('You have no role here yet', 'An administrator of this environment must give you one before you can see anything.');
  if (code === '0x80040225') return told('This environment is closed to you', 'An administrator can say why, and open it.');
  if (status === 412)
    return told('Somebody else was faster', 'The row was changed after you opened it. Close it and open it again to see what it is now.');
  if (status === 404) return told('It is not there', 'The row was deleted, or your roles do not let you see it.');
  if (status === 400) return told('This value does not fit', '');
  if (status === 503 || status === 507) return told('The service cannot take it just now', 'Nothing was changed. Try again in a moment.');
  return problem;
}
