import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { dashboardPage } from './dashboard-page.mjs';
import { dashboardOf, withObservedRun } from './observed-run.mjs';
import { traceTree } from './trace-tree.mjs';

/** The server whose trace is shown: its job breaks once. */
const traced = 'db-03';

/** The dashboard of a run that a real Prometheus has scraped, as a picture; the trace of one of its servers, into the docs. */
export async function dashboardPictures(root, browser, folder) {
  const pages = mkdtempSync(join(tmpdir(), 'smc-batch-dashboard-'));
  try {
    await withObservedRun(root, async (run) => {
      const { html, empty, height } = await dashboardPage(dashboardOf(root), run);
      const file = join(pages, 'dashboard.html');
      writeFileSync(file, html);
      await browser(pathToFileURL(file).href, join(folder, 'dashboard.png'), { width: 1440, height });
      if (empty.length > 0) console.log(`without data in this run: ${empty.join(', ')}`);
      const page = join(root, 'docs', 'observability.md');
      writeFileSync(page, withTrace(readFileSync(page, 'utf8'), traceTree(run.spans, traced)));
      console.log(`wrote ${page}`);
    });
  } finally {
    rmSync(pages, { recursive: true, force: true });
  }
}

function withTrace(text, { traceId, text: tree }) {
  const [begin, end] = ['<!-- trace: written by `npm run pictures -- dashboard` -->', '<!-- /trace -->'];
  const [head, rest] = text.split(begin);
  if (!rest?.includes(end)) throw new Error(`docs/observability.md has no ${begin} … ${end}`);
  const shown = `Trace ${traceId}, of ${traced}:\n\n\`\`\`text\n${tree}\n\`\`\``;
  return `${head}${begin}\n${shown}\n${end}${rest.slice(rest.indexOf(end) + end.length)}`;
}
