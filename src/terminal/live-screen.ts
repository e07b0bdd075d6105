import { displayWidth, terminalLine } from '../text';

/** A terminal to draw frames on, one over the other. */
export interface LiveScreen {
  size(): { columns: number; rows: number };
  draw(lines: string[]): void;
  /** Takes the last frame away and gives the cursor back. */
  end(): void;
}

const hideCursor = '\u001b[?25l';
const showCursor = '\u001b[?25h';
// A terminal that knows synchronized output shows a frame at once; the others ignore it.
const begin = '\u001b[?2026h';
const commit = '\u001b[?2026l';

/** Redraws in place: writes over its last frame instead of clearing it, so that nothing flickers. */
export function liveScreen(stdout: NodeJS.WriteStream = process.stdout): LiveScreen {
  let widths: number[] = [];
  const restore = () => void stdout.write(showCursor);
  const size = () => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 });
  const up = () => {
    // A window that has become narrower has wrapped the lines that are there.
    const { columns } = size();
    const height = widths.reduce((sum, width) => sum + Math.max(1, Math.ceil(width / columns)), 0);
    return height > 0 ? `\u001b[${height}A` : '';
  };
  return {
    size,
    draw(lines) {
      if (widths.length === 0) {
        process.once('exit', restore);
        stdout.write(hideCursor);
      }
      stdout.write(
        `${begin}${up()}${lines.map((line) => `${terminalLine(line, true)}\u001b[K\n`).join('')}\u001b[J${commit}`,
      );
      widths = lines.map(displayWidth);
    },
    end() {
      if (widths.length === 0) return;
      stdout.write(`${up()}\u001b[J${showCursor}`);
      process.off('exit', restore);
      widths = [];
    },
  };
}
