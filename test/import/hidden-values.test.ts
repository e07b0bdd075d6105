import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readImport } from '../../src/plan';

test('a problem of a map names the variable of the environment, not its value', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'smc-batch-import-'));
  try {
    const [file, map] = ['servers.csv', 'map.yaml'].map((name) => path.join(folder, name));
    await writeFile(file!, 'name\nweb\n');
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as the map has it.
    const wave = "{ name: 'x-${env:SITE}' }";
    await writeFile(map!, `plan:\n  waves: [${wave}, ${wave}]\n`);
    const environment = { SITE: 'hunter2' };
    const { problems } = await readImport(file!, {
      map,
      fallbackName: 'b',
      regionId: 'cn-hangzhou',
      environment,
    });
    const shown = JSON.stringify(problems);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as the map has it.
    expect(shown).toContain('${env:SITE}');
    expect(shown).not.toContain('hunter2');
  } finally {
    await rm(folder, { recursive: true });
  }
});
