/**
 * The script of the page: theme, sorting, filtering, tooltips of the bars. It makes no markup from data: texts are inserted as
 * text. It is a string, because the page uses no other file.
 */
export const pageScript = String.raw`'use strict';
const $ = (id) => document.getElementById(id);
const root = document.documentElement;
const body = $('table').tBodies[0];
const rows = [...body.rows];
const text = rows.map((row) => row.textContent.toLowerCase());
const bars = new Map([...document.querySelectorAll('rect[data-row]')].map((bar) => [bar.dataset.row, bar]));

// Theme: that of the system, until the reader chooses the other one.
const dark = matchMedia('(prefers-color-scheme: dark)');
const theme = $('theme');
const isDark = () => (root.dataset.theme ? root.dataset.theme === 'dark' : dark.matches);
const nameTheme = () => { theme.textContent = isDark() ? 'Light theme' : 'Dark theme'; };
theme.hidden = false;
theme.onclick = () => {
  root.dataset.theme = isDark() ? 'light' : 'dark';
  nameTheme();
};
dark.onchange = nameTheme;
nameTheme();

// Filter: the table and the bars show the same servers.
const find = $('find');
const phase = $('phase');
$('filter').hidden = false;
$('filter').onsubmit = (event) => event.preventDefault();
const all = $('shown').textContent;
const filter = () => {
  const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  rows.forEach((row, i) => {
    const fits = (!phase.value || row.dataset.phase === phase.value) && words.every((word) => text[i].includes(word));
    row.hidden = !fits;
    bars.get(row.id.slice(2))?.classList.toggle('off', !fits);
    if (fits) shown++;
  });
  $('shown').textContent = shown === rows.length ? all : shown.toLocaleString('en-US') + ' of ' + all;
};
find.oninput = filter;
phase.onchange = filter;

// Sort: ascending, descending, then the plan's order again. Empty cells stay last.
const collator = new Intl.Collator('en', { numeric: true });
const key = (cell) => cell.dataset.k ?? cell.textContent;
const compare = (a, b) => (a === '' ? 1 : 0) - (b === '' ? 1 : 0);
const headers = [...$('table').tHead.rows[0].cells];
headers.forEach((header, column) => {
  const button = document.createElement('button');
  button.type = 'button';
  button.append(...header.childNodes);
  header.append(button);
  header.ariaSort = 'none';
  button.onclick = () => {
    const next = { none: 'ascending', ascending: 'descending', descending: 'none' }[header.ariaSort];
    for (const other of headers) other.ariaSort = 'none';
    header.ariaSort = next;
    const sign = next === 'descending' ? -1 : 1;
    const keyed = rows.map((row) => ({ row, key: key(row.cells[column]) }));
    if (next !== 'none') {
      keyed.sort((a, b) => compare(a.key, b.key) || sign * collator.compare(a.key, b.key));
    }
    body.append(...keyed.map(({ row }) => row));
  };
});

// From a bar, or from a failure, to the server's row.
const goTo = (row) => {
  if (!row) return;
  if (row.hidden) {
    find.value = phase.value = '';
    filter();
  }
  for (const other of body.querySelectorAll('.here')) other.classList.remove('here');
  row.classList.add('here');
  row.scrollIntoView({ block: 'center' });
};
document.addEventListener('click', ({ target }) => {
  const link = target.closest('a[href^="#s-"]');
  const row = link ? link.hash.slice(1) : target.dataset?.row && 's-' + target.dataset.row;
  if (row) goTo($(row));
});

const tip = $('tip');
document.addEventListener('pointerover', ({ target, clientX, clientY }) => {
  tip.hidden = !target.dataset?.tip;
  if (tip.hidden) return;
  tip.textContent = target.dataset.tip;
  const { width, height } = tip.getBoundingClientRect();
  tip.style.left = Math.max(4, Math.min(clientX + 12, innerWidth - width - 12)) + 'px';
  tip.style.top = (clientY + height + 24 > innerHeight ? clientY - height - 12 : clientY + 14) + 'px';
});
document.addEventListener('scroll', () => { tip.hidden = true; }, true);
`;
