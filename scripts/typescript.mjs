// Loads TypeScript as it stands, file by file: what needs no Temporal server needs no build either.
import { readFileSync } from 'node:fs';
import Module from 'node:module';
import { transformSync } from '@swc/core';

const options = {
  jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
  module: { type: 'commonjs' },
  sourceMaps: 'inline',
};

/** From now on `require` reads `.ts` files. `known` has the JavaScript of texts that were read before. */
export function loadTypeScript(known = new Map()) {
  Module._extensions['.ts'] = (module, filename) => {
    const text = readFileSync(filename, 'utf8');
    if (!known.has(text)) known.set(text, transformSync(text, { ...options, filename }).code);
    module._compile(known.get(text), filename);
  };
}
