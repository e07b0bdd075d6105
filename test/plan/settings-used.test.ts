import { settingsForSmc } from '../../src/plan';
import type { PlanServer, PlanSettings } from '../../src/plan/schema/plan-schema';
import { toWireParams, wireName } from '../../src/smc/wire';
import { lines, readText } from './a-plan';

/** What becomes of each job setting of a plan. A new one without a line here does not compile. */
const jobSettings: Record<keyof PlanSettings, { value: unknown; use: 'sent to SMC' | 'gate of the server' }> =
  {
    regionId: { value: 'cn-hangzhou', use: 'sent to SMC' },
    description: { value: 'web-server', use: 'sent to SMC' },
    imageName: { value: 'web-image', use: 'sent to SMC' },
    targetType: { value: 'ContainerImage', use: 'sent to SMC' },
    instanceId: { value: 'i-1', use: 'sent to SMC' },
    scheduledStartTime: { value: '2030-01-31T22:00:00Z', use: 'gate of the server' },
    validTime: { value: '2030-02-28T00:00:00Z', use: 'sent to SMC' },
    systemDiskSize: { value: 80, use: 'sent to SMC' },
    dataDisks: { value: [{ index: 1, size: 100 }], use: 'sent to SMC' },
    disks: { value: { system: { size: 80 } }, use: 'sent to SMC' },
    systemDiskParts: { value: [{ device: '0_0', sizeBytes: 1024 }], use: 'sent to SMC' },
    frequency: { value: 24, use: 'sent to SMC' },
    maxNumberOfImageToKeep: { value: 2, use: 'sent to SMC' },
    instanceType: { value: 'ecs.c6.large', use: 'sent to SMC' },
    instanceRamRole: { value: 'role', use: 'sent to SMC' },
    containerNamespace: { value: 'ns', use: 'sent to SMC' },
    containerRepository: { value: 'repo', use: 'sent to SMC' },
    containerTag: { value: 'v1', use: 'sent to SMC' },
    licenseType: { value: 'BYOL', use: 'sent to SMC' },
    launchTemplateId: { value: 'lt-1', use: 'sent to SMC' },
    launchTemplateVersion: { value: '1', use: 'sent to SMC' },
    tags: { value: { app: 'shop' }, use: 'sent to SMC' },
    netMode: { value: 2, use: 'sent to SMC' },
    vpcId: { value: 'vpc-1', use: 'sent to SMC' },
    vSwitchId: { value: 'vsw-1', use: 'sent to SMC' },
    replicationParameters: { value: { checksum: true }, use: 'sent to SMC' },
    runOnce: { value: false, use: 'sent to SMC' },
    jobType: { value: 0, use: 'sent to SMC' },
    resourceGroupId: { value: 'rg-1', use: 'sent to SMC' },
  };

/** The same of what only a server has; all but the job's name is the batch's own. */
const serverSettings: Record<Exclude<keyof PlanServer, keyof PlanSettings>, unknown> = {
  sourceId: 's-1',
  sourceName: undefined,
  name: 'web',
  wave: 'all',
  jobName: 'web-job',
  dependsOn: ['db'],
  exclusive: 'group',
  cutoverAt: '2030-02-10T00:00:00Z',
  done: undefined,
};

test('every setting of a plan is sent to SMC or is a gate of the batch, none is both, none is lost', async () => {
  const job = Object.fromEntries(Object.entries(jobSettings).map(([name, { value }]) => [name, value]));
  const servers = [
    { ...job, ...serverSettings },
    { sourceId: 's-2', name: 'db', regionId: 'cn-hangzhou' },
  ];
  const { plan, problems } = await readText(
    JSON.stringify({ version: 1, name: 'b', waves: [{ name: 'all' }], servers }),
  );
  expect(lines(problems)).toEqual([]);
  const [planned] = plan!.servers;
  const sent = Object.keys(toWireParams(settingsForSmc(planned!.job)));
  for (const [name, { use }] of Object.entries(jobSettings)) {
    const isSent = sent.some((param) => param === wireName(name) || param.startsWith(`${wireName(name)}.`));
    expect([name, isSent]).toEqual([name, use === 'sent to SMC']);
    if (!isSent) expect(planned!.job).toHaveProperty(name);
  }
  const { jobName, ...own } = serverSettings;
  expect(planned).toMatchObject(JSON.parse(JSON.stringify(own)));
  expect(sent).toContain('Name');
});

test('a setting that does nothing without another one is a warning, once for all servers that share it', async () => {
  const { warnings } = await readText(`version: 1
name: b
defaults: { regionId: cn-hangzhou, systemDiskSize: 80, frequency: 24 }
servers:
  - { sourceId: s-1, containerTag: v1 }
  - { sourceId: s-2 }
`);
  expect(warnings.filter(({ code }) => code === 'setting-unused').map(({ message }) => message)).toEqual([
    'frequency does nothing without runOnce: false: s-1, s-2',
    'containerTag does nothing without targetType: ContainerImage: s-1',
  ]);
});

test.each([
  [
    'scheduledStartTime: 2029-12-31T00:00:00Z',
    'scheduledStartTime is in the past: the server starts as soon as a slot is free',
  ],
  // SMC takes 30 days; we wait as long as it takes.
  ['scheduledStartTime: 2030-06-01T00:00:00Z', undefined],
  // Its job is created in June.
  [
    'scheduledStartTime: 2030-06-01T00:00:00Z, validTime: 2030-06-03T00:00:00Z',
    'validTime is 7 to 90 days after the creation',
  ],
  ['scheduledStartTime: 2030-06-01T00:00:00Z, validTime: 2030-07-01T00:00:00Z', undefined],
  [
    'scheduledStartTime: 2030-06-01T00:00:00Z, cutoverAt: 2030-05-01T00:00:00Z, runOnce: false, frequency: 24, maxNumberOfImageToKeep: 1',
    'cutoverAt is not after scheduledStartTime: the cut-over follows the first sync at once',
  ],
])('of times %s the plan warns as the batch will act', async (settings, warning) => {
  const { problems, warnings } = await readText(`version: 1
name: b
servers: [{ sourceId: s-1, regionId: cn-hangzhou, systemDiskSize: 80, ${settings} }]
`);
  expect(lines(problems)).toEqual([]);
  expect(warnings.map(({ message }) => message)).toEqual(warning ? [warning] : []);
});
