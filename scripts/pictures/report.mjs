import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The report of the batch that has ended with failed servers: light, dark, and on a telephone. */
export async function reportPictures(shot, { run, folder }, images) {
  const file = join(folder, 'demo.html');
  await run('report', 'demo', '--output-file', file);
  const url = pathToFileURL(file).href;
  await shot(url, join(images, 'report-light.png'), { width: 1240, height: 1400 });
  await shot(url, join(images, 'report-dark.png'), { width: 1240, height: 1150, dark: true });
  await shot(url, join(images, 'report-390.png'), { width: 390, height: 844 });
}
