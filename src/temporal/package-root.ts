import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder of the package, for code that runs from `dist` and for TypeScript that runs directly. */
export function packageRoot(from = __dirname): string {
  return existsSync(join(from, 'package.json')) ? from : packageRoot(dirname(from));
}
