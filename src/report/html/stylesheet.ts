import { axisWidths } from './time-axis';

/** The style sheet of the page: both themes, the width of a phone, paper. It is a string, because the page uses no other file. */
export const stylesheet = `
:root {
  color-scheme: light dark;
  --page: light-dark(#f6f7f9, #11151a);
  --card: light-dark(#ffffff, #191f26);
  --ink: light-dark(#1b242e, #e3e8ee);
  --soft: light-dark(#566270, #9ca8b5);
  --line: light-dark(#e1e5ea, #2b333d);
  --link: light-dark(#1f5f9e, #7db4ea);
  --migrated: light-dark(#3a9274, #4aa787);
  --skipped: light-dark(#8f9bab, #77869a);
  --failed: light-dark(#c9473c, #e8685c);
  --cancelled: light-dark(#c08a2b, #d2a045);
  --underway: light-dark(#3d7ebd, #5f9dda);
  --waiting: light-dark(#cdd4dc, #434e5b);
  --bad: light-dark(#b03228, #f28379);
  --fact: light-dark(#f0f2f5, #232b34);
}
:root[data-theme=light] { color-scheme: light; }
:root[data-theme=dark] { color-scheme: dark; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif; }
header, main, footer { max-width: 1240px; margin: 0 auto; padding: 0 24px; }
header { display: flex; gap: 12px; align-items: center; padding-top: 28px; padding-bottom: 16px; }
h1 { margin: 0; font-size: 24px; line-height: 1.25; font-weight: 650; overflow-wrap: anywhere; }
h2 { margin: 0 0 10px; font-size: 17px; font-weight: 650; }
h3 { margin: 0 0 4px; font-size: 14px; font-weight: 600; overflow-wrap: anywhere; }
small { font-size: 13px; font-weight: 400; color: var(--soft); }
a { color: var(--link); overflow-wrap: anywhere; }
code, .id { font: 12.5px/1.5 ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace; overflow-wrap: anywhere; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
.state { padding: 2px 10px; border: 1px solid var(--line); border-radius: 99px; background: var(--card); font-size: 13px; color: var(--soft); white-space: nowrap; }
#theme { margin-left: auto; }
button, input, select { font: inherit; color: inherit; }
#theme, input, select { background: var(--card); border: 1px solid light-dark(#8793a1, #66727f); border-radius: 6px; padding: 5px 10px; }
#theme { cursor: pointer; font-size: 13px; }
section { margin: 0 0 16px; padding: 20px 22px; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.when, .hint, .none { margin: 0 0 14px; color: var(--soft); font-size: 14px; }
.hint { font-size: 13px; }
.none { margin: 0; }

.tiles { display: grid; grid-template-columns: repeat(6, 1fr); border-top: 1px solid var(--line); margin-bottom: 14px; }
.tile { padding: 14px 8px 12px 14px; border-left: 1px solid var(--line); min-width: 0; }
.tile:first-child { border-left: 0; padding-left: 0; }
.tile .name, .tile .more { font-size: 13px; color: var(--soft); }
.tile .value { font-size: 24px; line-height: 1.3; font-weight: 600; font-variant-numeric: tabular-nums; letter-spacing: -.01em; white-space: nowrap; }
.tile.t-failed .value { color: var(--bad); }
.shares { display: flex; gap: 2px; height: 10px; border-radius: 5px; overflow: hidden; }
.shares i { min-width: 3px; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 8px 0 0; padding: 0; list-style: none; font-size: 13px; color: var(--soft); }
.dot { display: inline-block; width: 9px; height: 9px; margin-right: 7px; border-radius: 3px; }
.shares .t-migrated, .dot.t-migrated { background: var(--migrated); }
.shares .t-skipped, .dot.t-skipped { background: var(--skipped); }
.shares .t-failed, .dot.t-failed { background: repeating-linear-gradient(135deg, var(--failed) 0 3px, color-mix(in srgb, var(--failed) 65%, var(--card)) 3px 5px); }
.shares .t-cancelled, .dot.t-cancelled { background: var(--cancelled); }
.shares .t-underway, .dot.t-underway { background: var(--underway); }
.shares .t-waiting, .dot.t-waiting { background: var(--waiting); }

.timeline { --gutter: 156px; }
.timeline.packed { --gutter: 34px; }
.plot { display: grid; grid-template-columns: var(--gutter) minmax(0, 1fr); }
.plot svg { display: block; width: 100%; overflow: visible; }
.names, .levels { font-size: 12px; color: var(--soft); }
.names div { height: 18px; line-height: 18px; padding-right: 10px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.levels { position: relative; text-align: right; font-variant-numeric: tabular-nums; }
.levels span { position: absolute; right: 8px; transform: translateY(-50%); line-height: 1; }
.axis { position: sticky; top: 0; z-index: 1; background: var(--card); padding: 4px 0; border-bottom: 1px solid var(--line); }
.axis.bottom { position: static; border-top: 1px solid var(--line); border-bottom: 0; }
.ticks { container: axis / inline-size; position: relative; height: 18px; font-size: 12px; color: var(--soft); font-variant-numeric: tabular-nums; }
.tick { position: absolute; transform: translateX(-50%); white-space: nowrap; }
${axisWidths.map((width) => `@container axis (max-width: ${width - 0.1}px) { .from-${width} { display: none; } }`).join(' ')}
.wave { padding: 12px 0 8px; }
.wave + .wave { border-top: 1px solid var(--line); }
.wave .hint { margin: 10px 0 0; }
.use { margin-top: 12px; }
.grid line { stroke: var(--line); stroke-width: 1; }
.bars rect { cursor: pointer; }
.bars rect:hover { filter: brightness(1.15) saturate(1.2); }
.off { opacity: .13; }
.f-migrated { fill: var(--migrated); }
.f-skipped { fill: var(--skipped); }
.f-failed { fill: url(#failed); }
.f-cancelled { fill: var(--cancelled); }
.f-underway { fill: var(--underway); }
.f-waiting { fill: var(--waiting); }
.p-bad { fill: var(--failed); }
.p-line { stroke: var(--card); stroke-opacity: .4; stroke-width: 2; }
.area { fill: color-mix(in srgb, var(--underway) 26%, transparent); stroke: var(--underway); stroke-width: 1.3; vector-effect: non-scaling-stroke; }
.slots { stroke: var(--soft); stroke-width: 1.3; stroke-dasharray: 5 4; }
.defs { position: absolute; width: 0; height: 0; }
#tip { position: fixed; z-index: 9; max-width: 340px; padding: 7px 10px; border-radius: 6px; background: light-dark(#1b242e, #e3e8ee); color: light-dark(#fff, #11151a); font-size: 12.5px; line-height: 1.45; white-space: pre-line; overflow-wrap: anywhere; pointer-events: none; }

.causes { display: grid; gap: 14px; }
.cause { padding-left: 14px; border-left: 3px solid var(--failed); }
.cause h3 code { font-size: 14px; font-weight: 600; }
.remedy { margin: 2px 0 6px; }
.remedy b { margin-right: 6px; font-weight: 600; font-size: 13px; color: var(--soft); }
summary { cursor: pointer; font-size: 13px; color: var(--soft); }
.cause ul, .plain { margin: 6px 0 0; padding-left: 18px; font-size: 14px; }
.cause ul { max-height: 320px; overflow: auto; }
.why { margin: 12px 0 0; font-size: 14px; }
.columns { columns: 320px; column-gap: 32px; max-height: 320px; overflow: auto; }
.said { overflow-wrap: anywhere; }
.fact, p code { padding: 1px 5px; border-radius: 4px; background: var(--fact); font-size: 12px; }

.filter { display: flex; flex-wrap: wrap; gap: 10px 16px; align-items: center; margin: 0 0 12px; font-size: 14px; }
.filter[hidden], [hidden] { display: none !important; }
.filter label { display: flex; gap: 8px; align-items: center; color: var(--soft); }
.filter input { width: 260px; color: var(--ink); }
.filter select { color: var(--ink); }
.filter input::placeholder { color: var(--soft); opacity: 1; }
.filter output { margin-left: auto; color: var(--soft); font-variant-numeric: tabular-nums; }
.scroll { max-height: 78vh; overflow: auto; border: 1px solid var(--line); border-radius: 8px; }
table { width: 100%; border-collapse: separate; border-spacing: 0; font-size: 13.5px; }
th, td { padding: 6px 12px; border-bottom: 1px solid var(--line); text-align: left; vertical-align: middle; white-space: nowrap; unicode-bidi: isolate; }
tbody tr:last-child > * { border-bottom: 0; }
thead th { position: sticky; top: 0; z-index: 2; padding: 0; background: var(--fact); font-size: 12.5px; font-weight: 600; color: var(--soft); }
thead th:not(:has(button)) { padding: 8px 12px; }
thead button { width: 100%; padding: 8px 12px; border: 0; background: none; text-align: left; font-weight: 600; cursor: pointer; white-space: nowrap; }
thead button::after { content: '↕'; margin-left: 5px; opacity: .35; }
thead th[aria-sort=ascending] button::after { content: '↑'; opacity: 1; }
thead th[aria-sort=descending] button::after { content: '↓'; opacity: 1; }
tbody th { position: sticky; left: 0; background: var(--card); font-weight: 500; max-width: 260px; overflow: hidden; text-overflow: ellipsis; }
tbody td { max-width: 320px; overflow: hidden; text-overflow: ellipsis; }
tbody tr:hover > * { background: var(--fact); }
tbody tr.here > * { background: color-mix(in srgb, var(--underway) 18%, var(--card)); }
.n { font-variant-numeric: tabular-nums; }
td.id { color: var(--soft); font-size: 12px; }
.bad { color: var(--bad); }
.left { padding: 0 6px; border: 1px solid var(--cancelled); border-radius: 4px; font-size: 12px; }
footer { padding-bottom: 32px; color: var(--soft); font-size: 13px; }

@media (max-width: 900px) {
  .tiles { grid-template-columns: repeat(3, 1fr); }
  .tile:nth-child(n+4) { border-top: 1px solid var(--line); }
  .tile:nth-child(3n+1) { border-left: 0; padding-left: 0; }
}
@media (max-width: 600px) {
  header, main, footer { padding-left: 12px; padding-right: 12px; }
  header { flex-wrap: wrap; padding-top: 16px; }
  h1 { font-size: 20px; }
  section { padding: 16px 14px; }
  .tiles { grid-template-columns: repeat(2, 1fr); }
  .tile { padding-left: 12px; }
  .tile:nth-child(n+3) { border-top: 1px solid var(--line); }
  .tile:nth-child(n) { border-left: 1px solid var(--line); padding-left: 12px; }
  .tile:nth-child(odd) { border-left: 0; padding-left: 0; }
  .tile .value { font-size: 22px; }
  .timeline { --gutter: 84px; }
  .filter label, .filter input { flex: 1; width: auto; min-width: 0; }
  .filter output { margin-left: 0; width: 100%; }
  tbody th { max-width: 150px; }
}
@media print {
  :root, :root[data-theme] { color-scheme: light; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  body { background: none; font-size: 11px; }
  header, main, footer { max-width: none; padding-left: 0; padding-right: 0; }
  #theme, .filter, thead button::after, summary { display: none; }
  section { border: 0; padding: 0 0 12px; }
  h2, h3 { break-after: avoid; }
  .tile, .cause li, tr, .use { break-inside: avoid; }
  .axis { position: static; }
  .scroll, .cause ul, .columns { max-height: none; overflow: visible; border: 0; }
  details::details-content { content-visibility: visible; height: auto; }
  thead th, tbody th { position: static; }
  table { font-size: 8px; }
  th, td, thead button { padding: 2px 4px; }
  tbody th, td.id, td .id { max-width: 110px; white-space: normal; overflow-wrap: anywhere; }
  .id, td.id { font-size: 7px; }
  .dot { width: 6px; height: 6px; margin-right: 3px; }
  .left { padding: 0 2px; font-size: 7px; }
}
`;
