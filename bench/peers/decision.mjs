// The questions of bench_point_decision (same formulas, same numbers) to a library of others, in process and warm: what a caller needs
// (ability, roles, policies) is built before and kept. One JSON line: each question's time and answer.
// usage: node decision.mjs casl|casbin|cedar USERS UNITS ROWS SHARES QUESTIONS REPEATS     (run where node_modules is)
const [peer, ...numbers] = process.argv.slice(2);
const [USERS, UNITS, ROWS, SHARES, QUESTIONS, REPEATS] = numbers.map(Number);
const CALLERS = 500, KINDS = 5, DEPTHS = ['Basic', 'Local', 'Deep', 'Global'];

const depthOf = (user) => DEPTHS[user % 100 === 99 ? 3 : user % 3];
const parentOf = (unit) => Math.floor((unit - 1) / 10);
const sharedRow = (share) => Number((BigInt(share) * 2654435761n) % BigInt(ROWS));
const shares = new Map(); // row -> users
for (let k = 0; k < SHARES; k++) {
  const row = sharedRow(k), held = shares.get(row);
  if (held) held.push(`u${k % USERS}`); else shares.set(row, [`u${k % USERS}`]);
}
const children = Array.from({ length: UNITS }, () => []);
for (let unit = 1; unit < UNITS; unit++) children[parentOf(unit)].push(unit);
const within = (unit) => [`n${unit}`, ...children[unit].flatMap(within)];
const above = (unit) => (unit === 0 ? ['n0'] : [`n${unit}`, ...above(parentOf(unit))]);

function rowAsked(q, user) {
  const turn = q % 7;
  switch (Math.floor(q / CALLERS) % KINDS) {
    case 0: return (user + USERS * turn) % ROWS;
    case 1: return (user + UNITS * (1 + turn)) % USERS;
    case 2: return ((user % UNITS) * 10 + 1) % UNITS;
    case 3: return (q * 7919) % ROWS;
    default: return sharedRow((user + USERS * turn) % SHARES);
  }
}
const rows = new Map();
function rowOf(row) { // as a program holds it that asks: with its owner, its unit and whom it is shared with
  if (!rows.has(row)) rows.set(row, { id: `r${row}`, owner: `u${row % USERS}`, unit: `n${(row % USERS) % UNITS}`, sharedWith: shares.get(row) ?? [] });
  return rows.get(row);
}

// Each answers with a function (user, row) that makes a function of no arguments which decides.
const peers = {
  async casl() {
    const { AbilityBuilder, createMongoAbility, subject } = await import('@casl/ability');
    const kept = new Map();
    const build = (user) => {
      const { can, build: done } = new AbilityBuilder(createMongoAbility), unit = user % UNITS, depth = depthOf(user);
      if (depth === 'Global') can('read', 'Case');
      else {
        can('read', 'Case', { owner: `u${user}` });
        can('read', 'Case', { sharedWith: `u${user}` });
        if (depth === 'Local') can('read', 'Case', { unit: `n${unit}` });
        if (depth === 'Deep') can('read', 'Case', { unit: { $in: within(unit) } });
      }
      return done();
    };
    return (user, row) => {
      if (!kept.has(user)) kept.set(user, build(user));
      const ability = kept.get(user), it = subject('Case', { ...rowOf(row) });
      return () => ability.can('read', it);
    };
  },
  async casbin() {
    const { newEnforcer, newModelFromString } = await import('casbin');
    const model = newModelFromString(`[request_definition]
r = sub, obj, act
[policy_definition]
p = role, act
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.act == p.act && r.sub.role == p.role && reaches(r.sub, r.obj)`);
    const enforcer = await newEnforcer(model);
    for (const depth of DEPTHS) await enforcer.addPolicy(depth, 'read');
    // the tree of units as sets, the fast way; casbin's own role manager walks it anew for every question
    await enforcer.addFunction('reaches', (sub, obj) => sub.role === 'Global' || obj.owner === sub.id || obj.sharedWith.includes(sub.id) || sub.units.has(obj.unit));
    const kept = new Map();
    const unitsOf = (user) => ({ Local: [`n${user % UNITS}`], Deep: within(user % UNITS) })[depthOf(user)] ?? [];
    return (user, row) => {
      if (!kept.has(user)) kept.set(user, { id: `u${user}`, role: depthOf(user), units: new Set(unitsOf(user)) });
      const sub = kept.get(user), obj = rowOf(row);
      return () => enforcer.enforceSync(sub, obj, 'read');
    };
  },
  async cedar() {
    const { createRequire } = await import('node:module');
    const cedar = createRequire(import.meta.url)('@cedar-policy/cedar-wasm/nodejs');
    const told = cedar.preparsePolicySet('units', { staticPolicies: `
permit(principal, action == Action::"read", resource) when { resource.owner == principal };
permit(principal, action == Action::"read", resource) when { resource.sharedWith.contains(principal) };
permit(principal, action == Action::"read", resource) when { principal.depth == "Local" && resource.unit == principal.unit };
permit(principal, action == Action::"read", resource) when { principal.depth == "Deep" && resource.unit in principal.unit };
permit(principal, action == Action::"read", resource) when { principal.depth == "Global" };` });
    if (told.type !== 'success') throw new Error(JSON.stringify(told));
    const entity = (type, id) => ({ __entity: { type, id } });
    return (user, row) => {
      const it = rowOf(row), chain = above(Number(it.unit.slice(1)));
      const entities = [
        { uid: { type: 'User', id: `u${user}` }, attrs: { depth: depthOf(user), unit: entity('Unit', `n${user % UNITS}`) }, parents: [] },
        { uid: { type: 'Case', id: it.id }, attrs: { owner: entity('User', it.owner), unit: entity('Unit', it.unit), sharedWith: it.sharedWith.map((u) => entity('User', u)) }, parents: [] },
        ...chain.map((unit, i) => ({ uid: { type: 'Unit', id: unit }, attrs: {}, parents: i + 1 < chain.length ? [{ type: 'Unit', id: chain[i + 1] }] : [] })),
      ];
      const call = { principal: { type: 'User', id: `u${user}` }, action: { type: 'Action', id: 'read' }, resource: { type: 'Case', id: it.id },
        context: {}, preparsedPolicySetId: 'units', validateRequest: false, entities };
      return () => {
        const answer = cedar.statefulIsAuthorized(call);
        if (answer.type !== 'success') throw new Error(JSON.stringify(answer));
        return answer.response.decision === 'allow';
      };
    };
  },
};
const ready = await peers[peer]();
const times = [];
let answers = '';
for (const last of [false, true])
  for (let q = 0; q < QUESTIONS; q++) {
    const user = ((q % CALLERS) * 199) % USERS, decide = ready(user, rowAsked(q, user)), since = process.hrtime.bigint();
    let allowed;
    for (let i = 0; i < REPEATS; i++) allowed = decide();
    if (last) {
      times.push(Number(process.hrtime.bigint() - since) / REPEATS);
      answers += allowed ? '1' : '0';
    }
  }
console.log(JSON.stringify({ name: peer, ns: times.map(Math.round), answers }));
