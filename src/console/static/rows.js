// The rows that the signed-in person may see: a table with search, order, pages and a count.
import { $, el, fill, notice, show } from './dom.js';
import { PAGE_ROWS, explain, text } from './webapi.js';

const SHOWN_COLUMNS = 5, TYPING_MS = 250;
const SORTABLE = ['String', 'Integer', 'BigInt', 'Decimal', 'Money', 'Double', 'Boolean', 'DateTime', 'Picklist', 'State', 'Status'];
const NUMBERS = ['Integer', 'BigInt', 'Decimal', 'Money', 'Double'];

// The name first, then what the table's makers added, then whose it is.
function columnsShown(table, columns) {
  const own = columns.filter((c) => !c.primary && !c.id && c.custom && SORTABLE.includes(c.type) && !['State', 'Status'].includes(c.type));
  const named = columns.filter((c) => c.primary);
  const tail = columns.filter((c) => c.name === (table.owned ? 'ownerid' : 'modifiedon'));
  return [...named, ...own.slice(0, SHOWN_COLUMNS - 2), ...tail];
}

export class Rows {
  constructor({ opened, placed }) {
    Object.assign(this, { opened, placed, search: '', order: '', descending: false, links: [], count: 0 });
    let timer;
    const searched = () => {
      clearTimeout(timer);
      const wanted = $('search-text').value.trim();
      if (wanted !== this.search) this.go({ search: wanted });
    };
    $('search-text').addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(searched, TYPING_MS); });
    $('search').addEventListener('submit', (event) => { event.preventDefault(); searched(); });
    $('page-next').addEventListener('click', () => this.next && this.load([...this.links, this.next]));
    $('page-before').addEventListener('click', () => this.links.length && this.load(this.links.slice(0, -1)));
  }

  // Another table, with the columns that it has; `place` is what the address remembered.
  async use(environment, table, columns, place = {}) {
    const shown = columnsShown(table, columns);
    const order = shown.find((c) => c.name === place.order && SORTABLE.includes(c.type)) ?? shown.find((c) => SORTABLE.includes(c.type));
    Object.assign(this, { environment, table, columns: shown, search: place.search ?? '', order: order?.name ?? '',
      descending: Boolean(place.descending) });
    $('rows-title').textContent = table.titles;
    $('search-text').value = this.search;
    show($('search'), Boolean(table.primary));
    fill($('rows-area'));
    await this.load([]);
  }

  go(change) {
    Object.assign(this, change);
    this.placed();
    return this.load([]);
  }

  sortBy(column) {
    return this.go({ order: column.name, descending: this.order === column.name && !this.descending });
  }

  // `links`: the next links that lead to the page wanted; none is the first page.
  async load(links) {
    this.asked?.abort();
    const asked = this.asked = new AbortController();
    $('rows-area').setAttribute('aria-busy', 'true');
    try {
      const page = links.length ? await this.environment.get(links.at(-1), { signal: asked.signal })
        : await this.environment.rows(this.table, this, asked.signal);
      if (asked !== this.asked) return;
      this.count = page['@odata.count'] ?? this.count;
      this.isMore = page['@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded'] ?? this.isMore; // the service counts to 5,000
      Object.assign(this, { links, next: page['@odata.nextLink'], rows: page.value });
      notice($('rows-notice'));
      this.draw();
    } catch (problem) {
      if (problem.name === 'AbortError' || asked !== this.asked) return;
      notice($('rows-notice'), explain(problem, { table: this.table }));
      if (!links.length) this.empty();
      show($('search'), problem.status !== 403);
    } finally {
      if (asked === this.asked) $('rows-area').removeAttribute('aria-busy');
    }
  }

  empty() {
    this.rows = [];
    fill($('rows-area'));
    show($('pages'), false);
    $('rows-count').textContent = '';
  }

  draw() {
    const { rows, links, count } = this;
    const first = links.length * PAGE_ROWS + 1, last = first + rows.length - 1;
    const counted = (this.isMore ? 'more than ' : '') + count.toLocaleString();
    const all = `${counted} ${count === 1 ? this.table.title : this.table.titles}`.toLowerCase();
    $('rows-count').textContent = !rows.length ? (this.search ? `Nothing found for “${this.search}”` : 'There are none that you may see')
      : this.search ? `${all} found for “${this.search}”` : `${all} that you may see`;
    const held = document.activeElement?.dataset?.sort;
    fill($('rows-area'), ...(rows.length ? [this.drawTable()] : []));
    if (held) document.querySelector(`[data-sort="${held}"]`)?.focus();
    show($('pages'), Boolean(rows.length && (this.next || links.length)));
    $('page-place').textContent = `${first.toLocaleString()} to ${last.toLocaleString()} of ${counted}`;
    $('page-before').setAttribute('aria-disabled', String(!links.length));
    $('page-next').setAttribute('aria-disabled', String(!this.next));
  }

  // The roles are said although they are a table's own: the narrow layout changes `display`, and browsers then forget them.
  drawTable() {
    const order = this.columns.find((c) => c.name === this.order);
    return el('table', { role: 'table' },
      el('caption', {}, `${this.table.titles}, in order of ${order?.title ?? 'age'}${this.descending ? ', from the end' : ''}`),
      el('thead', { role: 'rowgroup' }, el('tr', { role: 'row' }, ...this.columns.map((c) => this.drawHead(c)))),
      el('tbody', { role: 'rowgroup' }, ...this.rows.map((row) => this.drawRow(row))));
  }

  drawHead(column) {
    const sorted = column.name === this.order ? (this.descending ? 'descending' : 'ascending') : undefined;
    const attributes = { role: 'columnheader', scope: 'col', 'aria-sort': sorted, class: NUMBERS.includes(column.type) ? 'number' : '' };
    if (!SORTABLE.includes(column.type)) return el('th', attributes, column.title);
    const arrow = el('span', { class: 'arrow', 'aria-hidden': 'true' }, sorted ? (this.descending ? '↓' : '↑') : '');
    const parts = attributes.class ? [arrow, column.title] : [column.title, arrow]; // the text stays in line with what is below
    return el('th', attributes, el('button', { type: 'button', 'data-sort': column.name, onclick: () => this.sortBy(column) }, ...parts));
  }

  drawRow(row) {
    const id = row[this.table.id];
    return el('tr', { role: 'row' }, ...this.columns.map((column, i) => {
      const shown = text(row, column);
      if (i === 0)
        return el('th', { role: 'rowheader', scope: 'row' },
          el('button', { type: 'button', class: 'open', 'data-row': id, onclick: () => this.opened(row) }, shown || '(without a name)'));
      return el('td', { role: 'cell', class: NUMBERS.includes(column.type) ? 'number' : '', 'data-title': column.title },
        shown || el('span', { class: 'soft', 'aria-label': 'empty' }, '–'));
    }));
  }

  // A row was changed: show it where it stands, and keep the order as it was until somebody asks again.
  replace(row) {
    const at = this.rows.findIndex((one) => one[this.table.id] === row[this.table.id]);
    const button = document.querySelector(`[data-row="${row[this.table.id]}"]`);
    if (at < 0 || !button) return;
    this.rows[at] = row;
    button.closest('tr').replaceWith(this.drawRow(row));
  }

  focus(row) {
    (document.querySelector(`[data-row="${row[this.table.id]}"]`) ?? $('rows-title')).focus();
  }
}
