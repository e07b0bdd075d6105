import { head, lines, readText } from './a-plan';

const fromCsv = (csv: string, columns = '') =>
  readText(`${head}servers: { csv: servers.csv${columns} }\n`, { beside: { 'servers.csv': csv } });

test('rows are servers; cells become numbers, truths and lists where their field is one', async () => {
  const { plan, problems } = await fromCsv(
    `# exported on Monday
sourceName,systemDiskSize,runOnce,frequency,maxNumberOfImageToKeep,tags.app,dependsOn,dataDisks[1].size,dataDisks[2].size,replicationParameters.compress_level

007,100,FALSE,12,3,42,,,200,7
"web, ""one""",,,,,,007,30,,
`,
  );
  expect(problems).toEqual([]);
  expect(plan?.servers).toEqual([
    {
      name: '007',
      sourceName: '007',
      wave: 'all',
      job: {
        regionId: 'cn-hangzhou',
        systemDiskSize: 100,
        vSwitchId: 'vsw-1',
        runOnce: false,
        frequency: 12,
        maxNumberOfImageToKeep: 3,
        tags: [{ key: 'app', value: '42' }],
        dataDisks: [{ index: 2, size: 200 }],
        replicationParameters: '{"compress_level":7}',
      },
    },
    {
      name: 'web, "one"',
      sourceName: 'web, "one"',
      wave: 'all',
      dependsOn: ['007'],
      job: {
        regionId: 'cn-hangzhou',
        systemDiskSize: 80,
        vSwitchId: 'vsw-1',
        dataDisks: [{ index: 1, size: 30 }],
      },
    },
  ]);
});

test('headers can be renamed in the plan, or left out', async () => {
  const { plan, problems } = await fromCsv(
    'Host;Owner;Disk GiB\r\nweb-01;me;90\r\n',
    ', columns: { Host: sourceName, Owner: null, "Disk GiB": systemDiskSize }',
  );
  expect(problems).toEqual([]);
  expect(plan?.servers).toMatchObject([{ name: 'web-01', job: { systemDiskSize: 90 } }]);
});

test('problems stand at their cells, in the file of the CSV', async () => {
  const { problems } = await fromCsv(`sourceId,name,frequency,dataDisks[2].size,dependsOn,tags.smc-batch
s-1,web-01,200,,"web-01;web-9",
s-1,web-02,,"x",,mine
,,12
s-4,web-04,,,,,stray
`);
  expect(lines(problems)).toEqual([
    'servers.csv:1:53 tag-reserved: the tag smc-batch is reserved: smc-batch writes it itself',
    'servers.csv:2:12 invalid-value: frequency: 1 to 168 hours',
    'servers.csv:2:17 dependency-unknown: web-01 depends on web-9, which is no server of this plan',
    'servers.csv:2:17 dependency-cycle: web-01 depends on itself',
    'servers.csv:3:1 source-twice: sourceId s-1 is used twice: it is in servers[0] too',
    "servers.csv:3:13 invalid-value: dataDisks[2].size: 'x' is no size",
    'servers.csv:4:1 source-missing: server 3 has neither sourceId nor sourceName',
    'servers.csv:5:16 csv-syntax: this value has no header',
  ]);
});

test('a mistyped header is one problem, not one a row', async () => {
  const { problems } = await fromCsv(
    'sourceID,imagename,dataDisks.size,dataDisks\ns-1,web-01,1,a\ns-2,web-02,1,b\n',
  );
  expect(problems.map(({ line, column, code, fix }) => [line, column, code, fix])).toEqual([
    [1, 1, 'csv-header', 'did you mean sourceId?'],
    [1, 10, 'csv-header', 'did you mean imageName?'],
    [1, 20, 'csv-header', 'nested fields look like tags.app and dataDisks[1].size'],
    [1, 35, 'csv-header', 'use a column for each, like dataDisks[1].index'],
  ]);
});

test.each([
  ['no header', '', 'servers.csv is empty: its first line names the fields, like sourceId,name,wave'],
  ['no rows', 'sourceId,name\n', 'there is no server below the header'],
  ['no source', 'name,wave\nweb-01,\n', 'no column sourceId or sourceName'],
  ['a field twice', 'sourceId,name,name\ns-1,a,b\n', "the columns 'name' and 'name' are the same field"],
  [
    'text after a quote',
    'sourceId,name\ns-1,"a"b\n',
    'text after the closing quote; a quote within quotes is written twice ("")',
  ],
  ['an open quote', 'sourceId,name\ns-1,"ab\ns-2,c\n', 'this quote is never closed'],
])('a CSV with %s is one problem', async (_, csv, message) => {
  expect((await fromCsv(csv)).problems.map((problem) => problem.message)).toEqual([message]);
});

test('a renamed header that the CSV does not have is a problem of the plan', async () => {
  const { problems } = await fromCsv('sourceId\ns-1\n', ', columns: { Host: name }');
  expect(lines(problems)).toEqual(["batch.yaml:4:41 csv-header: servers.csv has no column 'Host'"]);
});

test('environment variables stand in cells too', async () => {
  const text = `${head}servers: { csv: servers.csv }\n`;
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a plan's own way to name a variable.
  const beside = { 'servers.csv': 'sourceId,vSwitchId\ns-1,${env:SWITCH}\n' };
  const set = await readText(text, { beside, environment: { SWITCH: 'vsw-2' } });
  expect(set.plan?.servers[0]?.job.vSwitchId).toBe('vsw-2');
  const unset = await readText(text, { beside });
  expect(lines(unset.problems)).toEqual([
    'servers.csv:2:5 env-not-set: the environment variable SWITCH is not set',
  ]);
});
