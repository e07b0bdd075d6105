// Screens of a terminal, with their ANSI colours, as one SVG that plays them one after the other. It follows the reader's
// light or dark theme, and stands still for readers who want no motion.

const cell = { width: 8, height: 17 };
const margin = { side: 14, top: 38, bottom: 14 };
const secondsOfFrame = 2;
/** The end stays longer. */
const framesOfEnd = 3;

export function terminalSvg(frames, { columns, rows, title }) {
  const width = columns * cell.width + 2 * margin.side;
  const height = rows * cell.height + margin.top + margin.bottom;
  const slots = frames.length - 1 + framesOfEnd;
  const drawn = frames.map(
    (frame, i) => `<g class="f" style="animation-name:f${i}">${frame.split('\n').map(lineOf).join('')}</g>`,
  );
  // Where nothing moves, one frame from the middle of the story is shown.
  const still = Math.floor(frames.length / 2);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)} in a terminal">
<style>
${colours}
.f{visibility:hidden;animation-duration:${slots * secondsOfFrame}s;animation-timing-function:step-end;animation-iteration-count:infinite}
${frames.map((_, i) => keyframes(i, frames.length, slots)).join('\n')}
@media (prefers-reduced-motion:reduce){.f{animation:none}.f:nth-of-type(${still + 1}){visibility:visible}}
</style>
<rect class="back" width="${width}" height="${height}" rx="8"/>
<text class="title" x="${width / 2}" y="23" text-anchor="middle">${escaped(title)}</text>
${['#ff5f57', '#febc2e', '#28c840'].map((fill, i) => `<circle cx="${18 + 18 * i}" cy="18" r="5.5" fill="${fill}"/>`).join('')}
${drawn.join('\n')}
</svg>
`;
}

function keyframes(i, count, slots) {
  const at = (slot) => `${((100 * slot) / slots).toFixed(2)}%`;
  const until = i === count - 1 ? '' : `${at(i + 1)}{visibility:hidden}`;
  const before = i === 0 ? '' : '0%{visibility:hidden}';
  return `@keyframes f${i}{${before}${at(i)}{visibility:visible}${until}}`;
}

/** One line as runs of one colour, each exactly as wide as its cells whatever font the reader has. */
function lineOf(line, row) {
  let column = 0;
  let style = new Set();
  let svg = '';
  const y = margin.top + (row + 0.75) * cell.height;
  // Between two orders of colours, of which each ends with an m.
  for (const part of `0m${line}`.split('\u001b[')) {
    const [, codes, text] = /^([\d;]*)m([\s\S]*)$/.exec(part) ?? [];
    if (text === undefined) continue;
    style = styled(style, codes);
    for (const [run] of text.matchAll(/ {2,}|(?:[^ ]| (?! ))+/g)) {
      const cells = cellsOf(run);
      if (run.trim() !== '') {
        const x = margin.side + column * cell.width;
        const names = [...style].join(' ');
        svg += `<text x="${x}" y="${y}" textLength="${cells * cell.width}" lengthAdjust="spacingAndGlyphs"${names ? ` class="${names}"` : ''} xml:space="preserve">${escaped(run)}</text>`;
      }
      column += cells;
    }
  }
  return svg;
}

/** The classes after one more order of colours. */
function styled(style, codes) {
  const next = new Set(style);
  const without = (test) => {
    for (const name of next) if (test(name)) next.delete(name);
  };
  for (const code of (codes || '0').split(';').map(Number)) {
    if (code === 0) next.clear();
    else if (code === 1) next.add('b');
    else if (code === 2) next.add('d');
    else if (code === 22) without((name) => name === 'b' || name === 'd');
    else if (code === 39) without((name) => name.startsWith('c'));
    else if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) {
      without((name) => name.startsWith('c'));
      next.add(`c${code % 10}`);
    }
  }
  return next;
}

/** A character of East Asia takes two cells. */
const cellsOf = (text) =>
  [...text].reduce(
    (sum, character) =>
      sum +
      (/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/.test(
        character,
      )
        ? 2
        : 1),
    0,
  );

const escaped = (text) => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

const colours = `text{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:#1f2328}
.back{fill:#f6f8fa;stroke:#d0d7de}.title{fill:#656d76}.b{font-weight:700}.d{opacity:.65}
.c0{fill:#57606a}.c1{fill:#cf222e}.c2{fill:#116329}.c3{fill:#7d4e00}.c4{fill:#0550ae}.c5{fill:#8250df}.c6{fill:#1b7c83}.c7{fill:#6e7781}
@media (prefers-color-scheme:dark){text{fill:#e6edf3}.back{fill:#0d1117;stroke:#30363d}.title{fill:#8b949e}
.c0{fill:#8b949e}.c1{fill:#ff7b72}.c2{fill:#3fb950}.c3{fill:#d29922}.c4{fill:#58a6ff}.c5{fill:#bc8cff}.c6{fill:#39c5cf}.c7{fill:#b1bac4}}`;
