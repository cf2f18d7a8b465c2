// Making and changing what is on the page. Data becomes text nodes and attributes, never markup.

export const $ = (id) => document.getElementById(id);

// el('button', { type: 'button', class: 'quiet', onclick: f }, 'Close'): attributes that are false or undefined are left out.
export function el(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (key.startsWith('on')) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? '' : value);
  }
  made.append(...children.filter((child) => child !== undefined && child !== ''));
  return made;
}

export const show = (node, shown = true) => { node.hidden = !shown; };
export const fill = (node, ...children) => node.replaceChildren(...children);

// A refusal or failure in words, with what the service itself said below. Without a problem the place is emptied.
export function notice(place, problem) {
  if (!problem) return fill(place);
  const said = problem.said ? el('p', { class: 'said' }, 'The service said: ', el('q', {}, problem.said),
    problem.code ? ` (${problem.code})` : '') : '';
  return fill(place, el('div', { class: 'notice' }, el('p', { class: 'what' }, el('strong', {}, problem.title)),
    ...(problem.text ? [el('p', {}, problem.text)] : []), ...(said ? [said] : [])));
}
