// Renews the pictures of README.md and docs/ from batches that really run, on the simulator: npm run pictures.
// Needs tmux, Chromium (CHROMIUM=path) and Prometheus. -- terminal, -- report, -- temporal or -- dashboard renews some of them.
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withBatches } from './pictures/batches.mjs';
import { withBrowser } from './pictures/browser.mjs';
import { dashboardPictures } from './pictures/dashboard.mjs';
import { reportPictures } from './pictures/report.mjs';
import { temporalPictures } from './pictures/temporal.mjs';
import { terminalPicture } from './pictures/terminal.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(root, 'docs', 'images');
mkdirSync(folder, { recursive: true });

const asked = process.argv.slice(2);
const wants = (kind) => asked.length === 0 || asked.includes(kind);

if (wants('terminal')) await terminalPicture(root, join(folder, 'demo.svg'));
if (wants('report') || wants('temporal')) {
  await withBatches(root, (batches) =>
    withBrowser(async (browser) => {
      if (wants('report')) await reportPictures(browser, batches, folder);
      if (wants('temporal')) await temporalPictures(browser, batches, folder);
    }),
  );
}
if (wants('dashboard')) await withBrowser((browser) => dashboardPictures(root, browser, folder));
