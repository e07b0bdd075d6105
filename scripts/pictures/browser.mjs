import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Gives `work` a function that takes a picture of a page: `shot(url, file, { width, height, dark, ready })`. */
export async function withBrowser(work) {
  const executablePath = [process.env.CHROMIUM, ...places].find((file) => file && existsSync(file));
  if (!executablePath) throw new Error('There is no Chromium: install it, or set CHROMIUM to its path.');
  const userData = mkdtempSync(join(tmpdir(), 'smc-batch-pictures-'));
  const context = await chromium.launchPersistentContext(userData, {
    executablePath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
    ],
  });
  try {
    await work(async (url, file, { width = 1280, height = 900, dark = false, ready }) => {
      const page = await context.newPage();
      await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light' });
      await page.setViewportSize({ width, height });
      await page.goto(url);
      await ready?.(page);
      await page.screenshot({ path: file });
      await page.close();
      console.log(`wrote ${file}`);
    });
  } finally {
    await context.close();
    rmSync(userData, { recursive: true, force: true });
  }
}
