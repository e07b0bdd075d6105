import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { source as axeSource } from 'axe-core';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { buildBatchReport, htmlReport } from '../../src/report';
import { aBatchOfEverything, aLargeBatch, asItWas } from './a-batch';

const browser = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((file) => file && existsSync(file));
if (!browser) {
  process.stderr.write(
    'The HTML report is not tested in a browser: there is none. Install one with: apt-get install chromium (or set CHROMIUM to its path).\n',
  );
}

const pages: Record<string, string> = {
  everything: htmlReport(buildBatchReport(aBatchOfEverything())),
  hundred: htmlReport(buildBatchReport(aLargeBatch(100))),
  large: htmlReport(buildBatchReport(aLargeBatch(1_000))),
  running: htmlReport(buildBatchReport(asItWas(aLargeBatch(60, 20), Date.parse('2026-03-02T01:00:00Z')))),
};

(browser ? describe : describe.skip)('the HTML report in a browser', () => {
  let userData: string;
  let context: BrowserContext;
  let server: Server;
  let page: Page;
  /** What the page asked for, what it complained of. */
  let requests: string[];
  let complaints: string[];

  beforeAll(async () => {
    userData = await mkdtemp(path.join(tmpdir(), 'smc-batch-report-'));
    context = await chromium.launchPersistentContext(userData, {
      executablePath: browser,
      args: [
        ...['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run'],
        ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
      ],
    });
    // Over HTTP, so that anything the page asks for besides itself is seen by the server too.
    server = createServer(({ url = '' }, response) => {
      requests.push(url);
      response.setHeader('content-type', 'text/html; charset=utf-8').end(pages[url.slice(1)] ?? '');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    await context?.close();
    await new Promise((resolve) => server?.close(resolve));
    await rm(userData, { recursive: true, force: true });
  });
  beforeEach(async () => {
    requests = [];
    complaints = [];
    page = await context.newPage();
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => requests.push(new URL(request.url()).pathname));
  });
  afterEach(() => page.close());

  const open = (name: string) =>
    page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/${name}`);
  const names = () => page.locator('tbody tr:visible th').allTextContents();
  const header = (name: string) => page.getByRole('columnheader', { name });

  test.each([320, 390, 700, 1280])('labels of the time axis do not overlap at %i pixels', async (width) => {
    for (const name of Object.keys(pages)) {
      await page.setViewportSize({ width, height: 800 });
      await open(name);
      const boxes = await page
        .locator('.axis.bottom .tick:visible')
        .evaluateAll((ticks) =>
          ticks.map((tick) => tick.getBoundingClientRect()).map(({ left, right }) => ({ left, right })),
        );
      expect(boxes.length).toBeGreaterThan(0);
      boxes.sort((a, b) => a.left - b.left);
      for (const [i, { right }] of boxes.entries())
        expect(boxes[i + 1]?.left ?? width).toBeGreaterThan(right);
    }
  });

  test('it asks for nothing but itself and does not complain', async () => {
    await open('large');
    await page.waitForLoadState('networkidle');
    expect(new Set(requests)).toEqual(new Set(['/large']));
    expect(complaints).toEqual([]);
  });

  test('a click on a header sorts up, down, and back to the order of the plan', async () => {
    await open('everything');
    const planned = await names();
    await header('Took').getByRole('button').click();
    expect(await header('Took').getAttribute('aria-sort')).toBe('ascending');
    // Those that took no time, as they never started, stay last.
    expect(await names()).toEqual([
      'app-01',
      'app-02',
      'web-01',
      'db-02',
      'web-02',
      'db-01',
      'web-03',
      'db-03',
    ]);
    await header('Took').getByRole('button').click();
    expect(await header('Took').getAttribute('aria-sort')).toBe('descending');
    expect((await names()).slice(0, 2)).toEqual(['db-01', 'web-02']);
    await header('Took').getByRole('button').press('Enter');
    expect(await names()).toEqual(planned);
    await header('Server').getByRole('button').click();
    expect(await names()).toEqual([...planned].sort());
    expect(await header('Took').getAttribute('aria-sort')).toBe('none');
  });

  test('text and phase filter the table and fade the bars', async () => {
    await open('everything');
    await page.getByLabel('Find').fill('db rest');
    expect(await names()).toEqual(['db-01', 'db-02', 'db-03']);
    await page.getByLabel('Phase').selectOption('failed');
    expect(await names()).toEqual(['db-01']);
    expect(await page.locator('#shown').textContent()).toBe('1 of 8 servers');
    expect(await page.locator('rect.off').count()).toBe(5);
  });

  test('a bar and a failure lead to the row of their server, also when the filter hides it', async () => {
    await open('everything');
    await page.getByLabel('Find').fill('web-01');
    await page.locator('rect[data-row="5"]').click();
    expect(await page.locator('tr.here th').textContent()).toBe('db-01');
    await page.locator('#failures ~ * a', { hasText: 'app-02' }).click();
    expect(await page.locator('tr.here th').textContent()).toBe('app-02');
  });

  test('a bar says what it stands for', async () => {
    await open('everything');
    await page.locator('rect[data-row="5"]').hover();
    expect(await page.locator('#tip').textContent()).toBe(
      'db-01\nfailed\n23:40:00 – 03:00:00 UTC, 3 h 20 min\nj-bp1db01\nInError',
    );
  });

  test('it follows the theme of the system until the reader chooses one', async () => {
    await page.emulateMedia({ colorScheme: 'dark' });
    await open('everything');
    const background = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
    expect(await background()).toBe('rgb(17, 21, 26)');
    await page.getByRole('button', { name: 'Light theme' }).click();
    expect(await background()).toBe('rgb(246, 247, 249)');
    await page.emulateMedia({ media: 'print' });
    expect(await page.evaluate('getComputedStyle(document.documentElement).colorScheme')).toBe('light');
  });

  test.each([
    ['everything', 'light', 1280],
    ['everything', 'dark', 390],
    ['running', 'light', 390],
    ['running', 'dark', 1280],
  ] as const)('axe finds nothing serious: %s, %s, %i px wide', async (name, colorScheme, width) => {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme });
    await open(name);
    await page.evaluate(axeSource);
    const found = await page.evaluate<{ id: string; impact: string; nodes: { html: string }[] }[]>(
      'axe.run().then(({ violations }) => violations)',
    );
    expect(found.map(({ id, impact, nodes }) => [id, impact, nodes[0]?.html])).toEqual([]);
  });

  test.each(['everything', 'large', 'running'])('%s fits a phone', async (name) => {
    await page.setViewportSize({ width: 390, height: 844 });
    await open(name);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
  });

  test('1,000 servers open in no more than ten times what 100 take, and filter at once', async () => {
    const openMs = async (name: string) => {
      const before = performance.now();
      await open(name);
      // The first frame has been drawn when the second one begins.
      await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
      return performance.now() - before;
    };
    const best = { hundred: Number.POSITIVE_INFINITY, large: Number.POSITIVE_INFINITY };
    for (let turn = 0; turn < 3; turn++) {
      best.hundred = Math.min(best.hundred, await openMs('hundred'));
      best.large = Math.min(best.large, await openMs('large'));
    }
    const filtered = await page.evaluate<number>(`(() => {
      const before = performance.now();
      document.getElementById('find').value = 'db-0999';
      document.getElementById('find').dispatchEvent(new Event('input'));
      document.body.offsetHeight;
      return Math.round(performance.now() - before);
    })()`);
    process.stdout.write(
      `HTML report of 1,000 servers: ${Math.round(pages.large!.length / 1024)} KB, open in ${Math.round(best.large)} ms (100 servers in ${Math.round(best.hundred)} ms), filtered in ${filtered} ms\n`,
    );
    expect(await names()).toEqual(['db-0999.dc1.example.com']);
    expect(best.large).toBeLessThan(10 * best.hundred);
  });
});
