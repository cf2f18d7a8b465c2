// One row, open in a dialog: what it holds, and a form over what can be changed at all. Whether this person may change this very row
// is the service's to say; when it refuses, its reason is shown in words.
import { $, el, fill, notice, show } from './dom.js';
import { Problem, explain, field, text } from './webapi.js';

const NUMBERS = ['Integer', 'BigInt', 'Decimal', 'Money', 'Double'];
const EDITABLE = ['String', 'Memo', 'Boolean', 'Picklist', ...NUMBERS];

// The same owner again, or of no use to anybody but a program.
const UNTOLD = ['owninguser', 'owningteam', 'versionnumber', 'statuscode'];

const isEditable = (c) => c.updatable && EDITABLE.includes(c.type) && !['statecode', 'statuscode'].includes(c.name);

// How a control shows the value: the empty one for nothing, lines ending as controls end them.
const shownOf = (column, row) => String(row[field(column)] ?? '').replaceAll('\r\n', '\n');

function control(column, row) {
  const value = shownOf(column, row);
  const shared = { id: `field-${column.name}`, name: column.name, required: column.required };
  const choice = (options) => el('select', shared, ...options.map(([key, title]) =>
    el('option', { value: key, selected: key === value }, title)));
  if (column.type === 'Boolean') return choice([['', '–'], ['true', 'Yes'], ['false', 'No']]);
  if (column.type === 'Picklist') return choice([['', '–'], ...(column.options ?? []).map((o) => [String(o.value), o.title])]);
  const made = column.type === 'Memo' ? el('textarea', { ...shared, rows: 3, maxlength: column.length })
    : el('input', { ...shared, type: 'text', maxlength: column.length, autocomplete: 'off',
      inputmode: NUMBERS.includes(column.type) ? 'decimal' : undefined });
  made.value = value;
  return made;
}

// What stands in a control as the wire wants it: an empty one is null.
function valueOf(column, shown) {
  if (shown.trim() === '') return null;
  if (column.type === 'Boolean') return shown === 'true';
  if (column.type === 'Picklist') return Number(shown);
  if (!NUMBERS.includes(column.type)) return shown;
  const number = Number(shown);
  if (!Number.isFinite(number)) throw new Problem('This value does not fit', `${column.title} must be a number.`, { column });
  return number;
}

export class Row {
  constructor({ saved, closed, failed }) {
    Object.assign(this, { saved, closed, failed, dialog: $('row') });
    $('row-close').addEventListener('click', () => this.dialog.close());
    // The browser gives the focus back to the button that opened it before this event comes. Only when that is gone is the focus lost:
    // nowhere, or for a moment still in here.
    this.dialog.addEventListener('close', () => {
      const at = document.activeElement;
      if (at === document.body || this.dialog.contains(at)) this.closed(this.row);
    });
    this.dialog.addEventListener('click', (event) => { if (event.target === this.dialog) this.dialog.close(); });
    $('row-form').addEventListener('submit', (event) => { event.preventDefault(); this.save(); });
  }

  // `context`: environment, table, columns, me, privileges.
  async open(context, row) {
    Object.assign(this, context);
    try {
      this.row = await this.environment.row(this.table, row[this.table.id]);
    } catch (problem) {
      this.row = row;
      throw explain(problem, { ...this });
    }
    this.draw();
    if (!this.dialog.open) this.dialog.showModal();
    $('row-title').focus();
  }

  draw() {
    const { columns, row } = this;
    $('row-title').textContent = row[this.table.primary] || this.table.title;
    $('row-place').textContent = this.table.title;
    fill($('row-fields'), ...columns.filter(isEditable).map((c) => el('p', { class: c.type === 'Memo' || c.primary ? 'wide' : '' },
      el('label', { for: `field-${c.name}` }, c.title, c.required ? el('span', { class: 'soft' }, ' (needed)') : ''), control(c, row))));
    const facts = columns.filter((c) => !isEditable(c) && !c.id && !UNTOLD.includes(c.name) && text(row, c));
    fill($('row-facts'), ...facts.flatMap((c) => [el('dt', {}, c.title), el('dd', {}, text(row, c))]));
    show($('row-save'), columns.some(isEditable));
    notice($('row-notice'));
    $('row-status').textContent = '';
  }

  changes() {
    const changes = {};
    for (const column of this.columns.filter(isEditable)) {
      const shown = $(`field-${column.name}`).value;
      if (shown !== shownOf(column, this.row)) changes[column.name] = valueOf(column, shown);
    }
    return changes;
  }

  fault(problem) {
    const wrong = problem.column ?? this.columns.find((c) => problem.status === 400 && isEditable(c) && problem.said?.includes(c.name));
    notice($('row-notice'), problem);
    for (const node of $('row-form').querySelectorAll('[aria-invalid]')) node.removeAttribute('aria-invalid');
    if (!wrong) return $('row-save').focus();
    $(`field-${wrong.name}`).setAttribute('aria-invalid', 'true');
    return $(`field-${wrong.name}`).focus();
  }

  async save() {
    if ($('row-save').getAttribute('aria-disabled')) return; // the first one is under way
    $('row-status').textContent = '';
    notice($('row-notice'));
    $('row-save').setAttribute('aria-disabled', 'true');
    try {
      const changes = this.changes();
      if (!Object.keys(changes).length) return void ($('row-status').textContent = 'Nothing was changed.');
      this.row = await this.environment.change(this.table, this.row, changes);
      const { id } = document.activeElement;
      this.draw();
      ($(id) ?? $('row-save')).focus();
      $('row-status').textContent = 'Saved.';
      this.saved(this.row);
    } catch (problem) {
      if (!(problem instanceof Problem)) return this.failed(problem);
      this.fault(explain(problem, { ...this }));
    } finally {
      $('row-save').removeAttribute('aria-disabled');
    }
    return undefined;
  }
}
