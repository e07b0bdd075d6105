import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { terminalSvg } from './terminal-svg.mjs';

const size = { columns: 96, rows: 26 };
/** Enough to follow the story; each is shown for two seconds. */
const mostFrames = 14;

/** Records `smc-batch demo` on a terminal of tmux, and draws it. */
export async function terminalPicture(root, file) {
  const socket = `smc-batch-pictures-${process.pid}`;
  const tmux = (...args) => execFileSync('tmux', ['-L', socket, ...args], { encoding: 'utf8' });
  const cli = join(root, 'dist/src/cli.js');
  const shell = `PS1='$ '; smc-batch() { '${process.execPath}' '${cli}' "$@"; }`;
  const frames = [];
  try {
    tmux(
      '-f',
      '/dev/null',
      'new-session',
      '-d',
      '-x',
      String(size.columns),
      '-y',
      String(size.rows),
      'bash --norc --noprofile',
    );
    // A prompt that was drawn before the window had its size would stay.
    for (const keys of [shell, 'clear', 'smc-batch demo']) {
      await sleep(500);
      tmux('send-keys', keys, 'Enter');
    }
    for (let isOver = false; !isOver; ) {
      await sleep(400);
      const screen = tmux('capture-pane', '-e', '-p').replace(/\n$/, '');
      isOver = /The story (went as told|did not go)/.test(screen);
      if (/did not go/.test(screen)) throw new Error(`The demo failed:\n${screen}`);
      if (screen !== frames.at(-1)) frames.push(screen);
    }
  } finally {
    tmux('kill-server');
  }
  writeFileSync(file, terminalSvg(fewOf(frames), { ...size, title: 'smc-batch demo' }));
  console.log(`wrote ${file}`);
}

/** The first, the last, and others at even distances. */
function fewOf(frames) {
  const few = Math.min(mostFrames, frames.length);
  return Array.from(
    { length: few },
    (_, i) => frames[Math.round((i * (frames.length - 1)) / Math.max(1, few - 1))],
  );
}
