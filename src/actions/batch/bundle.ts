import { readFileSync } from 'node:fs';
import { arch, platform, release } from 'node:os';
import { join } from 'node:path';
import type { Client, Connection } from '@temporalio/client';
import { withClient } from '../../batch-client/session';
import { createArchive, fileName } from '../../bundle/archive';
import { gather, type Missing } from '../../bundle/gather';
import { secretsOfMachine } from '../../bundle/known-secrets';
import { secretRemover } from '../../bundle/without-secrets';
import { allChecks } from '../../doctor/all-checks';
import { settingsInUse } from '../../doctor/machine';
import { packageRoot } from '../../temporal';
import { CommandFailure } from '../../terminal/failure';
import { sayAside } from '../../terminal/output';
import { counted } from '../../text';

export interface BundleOptions {
  /** The archive; default a name with the batch and the time, in this folder. */
  output?: string;
}

/** Writes one archive for support: what a batch is and did, its histories, this machine; without secrets. */
export async function bundle(batch: string, { output }: BundleOptions): Promise<void> {
  const madeAt = new Date();
  const name = `smc-batch-${fileName(batch)}-${madeAt.toISOString().slice(0, 19).replaceAll(':', '')}Z`;
  const file = output ?? `${name}.tar.gz`;
  await withClient(async (client) => {
    const archive = await createArchive(name, secretRemover(await secretsOfMachine()));
    try {
      const missing = await gather(client, batch, archive);
      const checks = await allChecks();
      const ok = checks.every(({ status }) => status !== 'problem');
      await archive.add('doctor.json', { ok, checks, settings: settingsInUse() });
      await archive.add('versions.json', await versions(client));
      await archive.add('bundle.json', { batch, madeAt, missing, files: archive.files });
      await archive.add('README.txt', readme(batch, madeAt, missing, archive.files));
      const bytes = await archive.write(file).catch((error: Error) => {
        throw new CommandFailure(`The archive could not be written: ${error.message}`);
      });
      for (const { what, why } of missing) sayAside(`missing  ${what}: ${why}`);
      const files = counted(archive.files.length, 'file');
      sayAside(`wrote ${file} (${files}, ${Math.ceil(bytes / 1024)} KiB). Read it before you send it.`);
    } finally {
      await archive.remove();
    }
  });
}

async function versions(client: Client) {
  const { version } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8'));
  const { workflowService } = client.connection as Connection;
  const system = await client
    .withDeadline(Date.now() + 5_000, () => workflowService.getSystemInfo({}))
    .catch(() => undefined);
  return {
    smcBatch: version,
    node: process.version,
    temporalServer: system?.serverVersion ?? 'not known',
    machine: `${platform()} ${release()} ${arch()}`,
  };
}

function readme(batch: string, madeAt: Date, missing: Missing[], files: readonly string[]): string {
  return [
    `Batch '${batch}', bundled ${madeAt.toISOString()} by 'smc-batch bundle'.`,
    '',
    'Names of servers, sources, images, users and addresses are in here. Secrets were taken out: those that this',
    'machine is set up with, and what looks like one. Read it before you send it.',
    '',
    missing.length > 0 ? 'Missing:' : 'Nothing is missing.',
    ...missing.map(({ what, why }) => `- ${what}: ${why}`),
    '',
    'Files:',
    ...files.map((name) => `- ${name}`),
    '',
  ].join('\n');
}
