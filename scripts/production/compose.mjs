// What docker-compose.yml and the files of deploy/compose say, for the same pieces without containers.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { parse } from 'yaml';

/** The services of docker-compose.yml; `variables` are what `.env` would hold. */
export function composeServices(root, variables) {
  const text = readFileSync(join(root, 'docker-compose.yml'), 'utf8').replace(/^\s*#.*$/gm, '');
  // As Compose does it: ${NAME:-default}, ${NAME:?message} and $$.
  const filled = text.replace(/\$\$|\$\{(\w+)(?::([-?])([^}]*))?\}/g, (whole, name, kind, word) => {
    if (whole === '$$') return '$';
    if (variables[name]) return variables[name];
    if (kind === '?') throw new Error(`docker-compose.yml: ${name}: ${word}`);
    return word ?? '';
  });
  return parse(filled, { merge: true }).services;
}

/** The environment of a service: all texts. */
export const environmentOf = (service) =>
  Object.fromEntries(Object.entries(service.environment).map(([name, value]) => [name, String(value)]));

export const envFile = (root, path) => parseEnv(readFileSync(join(root, path), 'utf8'));

/** The tag of its image: `1.31.2` of `temporalio/server:1.31.2`. */
export const tagOf = ({ image }) => image.slice(image.lastIndexOf(':') + 1);
