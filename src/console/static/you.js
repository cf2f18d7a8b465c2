// Who is signed in, the roles they hold, and what those allow on the table that is open.
import { $, el, fill } from './dom.js';
import { explain, reach } from './webapi.js';

const RIGHTS = [['Read', 'See'], ['Create', 'Add'], ['Write', 'Change'], ['Delete', 'Delete'], ['Assign', 'Give away']];

// On a narrow screen the rows come first.
$('rights-more').open = matchMedia('(min-width: 60rem)').matches;

export function showYou(claims, me, environment) {
  $('you-name').textContent = me.name || claims.name || claims.preferred_username;
  $('you-account').textContent = claims.preferred_username ?? '';
  $('you-unit').textContent = me.unit ?? '';
  $('tenant').textContent = environment.title;
}

export async function showRoles(environment, me) {
  const chip = (role) => el('li', {}, role.name, role.team ? el('span', { class: 'soft' }, ` through ${role.team}`) : '');
  try {
    const roles = await environment.roles(me.id);
    fill($('roles'), ...(roles.length ? roles.map(chip) : [el('li', { class: 'none' }, 'None')]));
  } catch (problem) {
    fill($('roles'), el('li', { class: 'none' }, explain(problem).title));
  }
}

export function showRights(table, privileges, me) {
  fill($('rights'), ...RIGHTS.filter(([right]) => right !== 'Assign' || table.owned).flatMap(([right, verb]) => {
    const depth = privileges?.get(`prv${right}${table.schema}`);
    const reaches = !depth ? 'no' : !table.owned || depth === 'Global' ? 'all' : `those of ${reach(depth, me)}`;
    return [el('dt', {}, verb), el('dd', { class: depth ? '' : 'none' }, reaches)];
  }));
}
