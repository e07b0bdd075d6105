// A page of the dashboard's own panels, each with what Prometheus answers to its queries. Grafana is not needed: its JSON says where a
// panel lies, its unit and its legend.

const rowHeight = 30;
const columns = 24;
/** Pixels of the page between its margins. */
const pageWidth = 1424;
const colours = [
  '#5b8ff9',
  '#5ad8a6',
  '#f6bd16',
  '#e8684a',
  '#6dc8ec',
  '#9270ca',
  '#ff9d4d',
  '#269a99',
  '#ff99c3',
  '#8a8f99',
];

/** Asks Prometheus every query of the dashboard; what shows one moment, in the middle of the run. Gives the page, and the titles of panels without data. */
export async function dashboardPage(dashboard, { prometheus, began, middle, ended }) {
  const step = Math.max(1, Math.round((ended - began) / 240));
  const empty = [];
  const drawn = [];
  for (const panel of dashboard.panels) {
    const series = [];
    for (const { expr, legendFormat, instant } of panel.targets ?? []) {
      const query = expr.replaceAll('$batch', '.*').replaceAll('$__rate_interval', '15s');
      const times = instant ? { start: middle, end: middle } : { start: began, end: ended };
      const found = await prometheus.range(query, { ...times, step });
      for (const { metric, values } of found)
        series.push({
          name: legendFormat.replace(/\{\{(\w+)\}\}/g, (_, label) => metric[label] ?? ''),
          points: values
            .map(([at, value]) => [at, Number(value)])
            .filter(([, value]) => Number.isFinite(value)),
        });
    }
    const kept = series.filter(({ points }) => points.length > 0);
    if (panel.type !== 'row' && kept.length === 0) empty.push(panel.title);
    drawn.push(drawnPanel(panel, kept, { began, middle, ended }));
  }
  const bottom = Math.max(...dashboard.panels.map(({ gridPos }) => gridPos.y + gridPos.h));
  const html = `<!doctype html><meta charset="utf-8"><title>${escaped(dashboard.title)}</title><style>${style}</style>
<main style="height:${bottom * rowHeight}px">${drawn.join('\n')}</main>`;
  return { html, empty, height: bottom * rowHeight + 16 };
}

function drawnPanel({ type, title, gridPos, fieldConfig }, series, times) {
  const { x, y, w, h } = gridPos;
  const place = `left:${(100 * x) / columns}%;top:${y * rowHeight}px;width:${(100 * w) / columns}%;height:${h * rowHeight}px`;
  if (type === 'row') return `<h2 style="${place}">${escaped(title)}</h2>`;
  const unit = fieldConfig?.defaults?.unit ?? 'short';
  const content =
    type === 'stat'
      ? stats(series, unit, times)
      : chart(series, unit, {
          ...times,
          h: h * rowHeight - 84,
          width: Math.round((w * pageWidth) / columns) - 28,
        });
  return `<section style="${place}"><div><h3>${escaped(title)}</h3>${series.length > 0 ? content : '<p>No data</p>'}</div></section>`;
}

const stats = (series, unit, { middle }) =>
  `<dl>${series
    .map(({ name, points }) => `<dt>${escaped(name)}</dt><dd>${said(points.at(-1)[1], unit, middle)}</dd>`)
    .join('')}</dl>`;

function chart(series, unit, { began, ended, width: chartWidth, h }) {
  const values = series.flatMap(({ points }) => points.map(([, value]) => value));
  const top = Math.max(...values, 0) || 1;
  const bottom = Math.min(...values, 0);
  const px = (at) => 46 + ((at - began) / (ended - began)) * (chartWidth - 52);
  const py = (value) => h - 18 - ((value - bottom) / (top - bottom)) * (h - 26);
  const grid = [0, 0.5, 1].map((part) => bottom + part * (top - bottom));
  const lines = grid
    .map(
      (value) =>
        `<line x1="46" x2="${chartWidth - 6}" y1="${py(value)}" y2="${py(value)}"/><text x="42" y="${py(value) + 3}" text-anchor="end">${said(value, unit)}</text>`,
    )
    .join('');
  const hours = [0, 0.5, 1].map((part) => {
    const at = began + part * (ended - began);
    const anchor = part === 0 ? 'start' : part === 1 ? 'end' : 'middle';
    return `<text x="${px(at)}" y="${h - 4}" text-anchor="${anchor}">${new Date(at * 1000).toISOString().slice(11, 19)}</text>`;
  });
  const paths = series
    .map(({ points }, i) => {
      const d = points.map(
        ([at, value], n) => `${isGap(points, n) ? 'M' : 'L'}${px(at).toFixed(1)} ${py(value).toFixed(1)}`,
      );
      return `<path d="${d.join('')}" stroke="${colours[i % colours.length]}"/>`;
    })
    .join('');
  const legend = series
    .map(
      ({ name }, i) =>
        `<span><i style="background:${colours[i % colours.length]}"></i>${escaped(name)}</span>`,
    )
    .join('');
  return `<svg viewBox="0 0 ${chartWidth} ${h}" height="${h}">${lines}${hours.join('')}${paths}</svg><footer>${legend}</footer>`;
}

const isGap = (points, n) => n === 0 || points[n][0] - points[n - 1][0] > 10;

function said(value, unit, now) {
  const short = (n) => (Math.abs(n) >= 100 ? Math.round(n).toString() : Number(n.toPrecision(3)).toString());
  switch (unit) {
    case 'bytes':
      return `${short(value / 2 ** 20)} MiB`;
    case 's':
      return value >= 90
        ? `${short(value / 60)} min`
        : value > 0 && value < 0.1
          ? `${short(value * 1000)} ms`
          : `${short(value)} s`;
    case 'reqps':
      return `${short(value)}/s`;
    case 'percentunit':
      return `${short(value * 100)} %`;
    case 'dateTimeFromNow':
      return `in ${short((value / 1000 - now) / 60)} min`;
    default:
      return short(value);
  }
}

const escaped = (text) =>
  String(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const style = `body{margin:8px;background:#f4f5f7;font:12px/1.3 "DejaVu Sans",sans-serif;color:#24292f}
main{position:relative}h2{position:absolute;margin:0;font-size:13px;box-sizing:border-box;padding:8px 6px 0}
section{position:absolute;box-sizing:border-box;padding:4px}section>div{box-sizing:border-box;height:100%;background:#fff;border:1px solid #dfe1e6;border-radius:4px;padding:8px;overflow:hidden}
h3{margin:0 0 4px;font-size:12px;font-weight:600}p{color:#8a8f99;text-align:center;margin-top:15%}
svg{width:100%;display:block}svg line{stroke:#e6e8ec}svg text{font-size:10px;fill:#6b7280}svg path{fill:none;stroke-width:1.6}
footer{display:flex;flex-wrap:wrap;gap:2px 10px;font-size:11px}footer i{display:inline-block;width:10px;height:3px;margin-right:4px;vertical-align:middle}
dl{display:grid;grid-template-columns:1fr auto;gap:4px 12px;margin:10px 4px;font-size:14px}dd{margin:0;font-weight:600}`;
