import { PassThrough } from 'node:stream';

/** A screen that keeps what is written to it. */
export function aScreen(size: { columns: number; rows: number }) {
  let written = '';
  const stream = Object.assign(new PassThrough(), size, { isTTY: true });
  stream.on('data', (chunk) => {
    written += chunk;
  });
  return {
    stream: stream as unknown as NodeJS.WriteStream,
    resize: (columns: number) => Object.assign(stream, { columns }),
    /** What was written since it was last asked. */
    taken() {
      const text = written;
      written = '';
      return text;
    },
  };
}

/** A keyboard; `isRaw` tells whether it is in raw mode. */
export function aKeyboard() {
  const stream = Object.assign(new PassThrough(), {
    isTTY: true,
    isRaw: false,
    setRawMode(raw: boolean) {
      stream.isRaw = raw;
      return stream;
    },
  });
  return {
    stream: stream as unknown as NodeJS.ReadStream,
    type: (text: string) => stream.write(text),
    isRaw: () => stream.isRaw,
  };
}
