import { setImmediate as soon } from 'node:timers/promises';
import { liveKeys } from '../../src/terminal/live-keys';
import { liveScreen } from '../../src/terminal/live-screen';
import { aKeyboard, aScreen } from './a-terminal';

describe('the live screen', () => {
  test('a frame is drawn over the last one, and the cursor is hidden meanwhile', () => {
    const { stream, taken } = aScreen({ columns: 80, rows: 24 });
    const screen = liveScreen(stream);
    screen.draw(['one', 'two', 'three']);
    expect(taken()).toContain('\u001b[?25l');
    screen.draw(['one']);
    const second = taken();
    expect(second).toContain('\u001b[3Aone\u001b[K\n\u001b[J');
    // Nothing is cleared before it is written anew: that would flicker.
    expect(second).not.toContain('\u001b[2');
    screen.end();
    expect(taken()).toBe('\u001b[1A\u001b[J\u001b[?25h');
  });

  test('a window that has become narrower has wrapped the last frame', () => {
    const { stream, resize, taken } = aScreen({ columns: 80, rows: 24 });
    const screen = liveScreen(stream);
    screen.draw(['x'.repeat(80), '\u001b[1mshort\u001b[22m', '']);
    taken();
    resize(40);
    screen.draw(['now']);
    expect(taken()).toContain('\u001b[4Anow');
    screen.end();
  });

  test('a screen without a frame ends as it began', () => {
    const { stream, taken } = aScreen({ columns: 80, rows: 24 });
    liveScreen(stream).end();
    expect(taken()).toBe('');
  });

  test('the cursor comes back when the process exits in the middle', () => {
    const { stream, taken } = aScreen({ columns: 80, rows: 24 });
    const before = new Set(process.listeners('exit'));
    const screen = liveScreen(stream);
    screen.draw(['one']);
    const [atExit] = process.listeners('exit').filter((listener) => !before.has(listener));
    taken();
    (atExit as () => void)();
    expect(taken()).toContain('\u001b[?25h');
    screen.end();
    expect(new Set(process.listeners('exit'))).toEqual(before);
  });
});

describe('the keys of the live view', () => {
  test('each key calls its action, in either case; others are ignored', async () => {
    const keyboard = aKeyboard();
    const p = jest.fn();
    const keys = liveKeys({ p }, keyboard.stream);
    expect(keyboard.isRaw()).toBe(true);
    keyboard.type('pxP');
    await soon();
    expect(p).toHaveBeenCalledTimes(2);
    keys.end();
    expect(keyboard.isRaw()).toBe(false);
    keyboard.type('p');
    await soon();
    expect(p).toHaveBeenCalledTimes(2);
  });

  test('Ctrl-C is an interrupt, as it is without raw mode', async () => {
    const keyboard = aKeyboard();
    const keys = liveKeys({}, keyboard.stream);
    const interrupted = jest.fn();
    process.once('SIGINT', interrupted);
    keyboard.type('\u0003');
    await soon();
    expect(interrupted).toHaveBeenCalledTimes(1);
    keys.end();
  });

  test('raw mode ends when the process exits in the middle', () => {
    const keyboard = aKeyboard();
    const before = new Set(process.listeners('exit'));
    const keys = liveKeys({}, keyboard.stream);
    const [atExit] = process.listeners('exit').filter((listener) => !before.has(listener));
    (atExit as () => void)();
    expect(keyboard.isRaw()).toBe(false);
    keys.end();
    expect(new Set(process.listeners('exit'))).toEqual(before);
  });
});
