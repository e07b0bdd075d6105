import { writeFile } from 'node:fs/promises';
import { readPlan } from '../../src/plan';
import { head, lines, readText, withPlanFile } from './a-plan';

const fromCsv = (csv: string, rules = '') =>
  readText(`${head}servers: { csv: servers.csv${rules} }\n`, { beside: { 'servers.csv': csv } });

const sizeOf = async (cell: string, separator = ',', rules = '') => {
  const quoted = `"${cell}"`;
  const { plan, problems } = await fromCsv(
    `sourceId${separator}systemDiskSize\ns-1${separator}${quoted}\n`,
    rules,
  );
  return plan?.servers[0]?.job.systemDiskSize ?? lines(problems)[0];
};

test.each([
  ['80', 80],
  ['80 GB', 80],
  ['80GiB', 80],
  ['80 g', 80],
  ['81,920 MB', 80],
  ['81920 MiB', 80],
  ['1,024', 1024],
  ['1 024', 1024],
  ['1\u00a0024 GB', 1024],
  ["1'024", 1024],
  ['1.5 TB', 1536],
  ['79.2', 80],
  ['85899345920 bytes', 80],
  ['1,024.5 GB', 1025],
  ['1.024,5 GB', 1025],
  ['1,048,576 MB', 1024],
])('a cell with %s is a disk of %i GiB', async (cell, size) => {
  expect(await sizeOf(cell)).toBe(size);
});

test.each([
  ['80,5', ';', 81],
  ['1.024', ';', 1024],
  ['127,875', ';', 128],
  ['127.875', ',', 128],
  ['127.875', '\t', 128],
])(
  '%s between cells with %s is a disk of %i GiB: the separator tells how numbers are written',
  async (cell, separator, size) => {
    expect(await sizeOf(cell, separator)).toBe(size);
  },
);

test.each(['large', '80 parsecs', '-80', '1,02,4', '1.2.3', '1,024,5', '8e1', '80 81'])(
  '%s is no size: a problem at its cell, with what to write',
  async (cell) => {
    expect(await sizeOf(cell)).toBe(`servers.csv:2:5 invalid-value: systemDiskSize: '${cell}' is no size`);
  },
);

test('a unit of the column counts where the cell has none', async () => {
  const rules = ', columns: { systemDiskSize: { field: systemDiskSize, unit: MiB } }';
  expect(await sizeOf('102,400', ',', rules)).toBe(100);
  expect(await sizeOf('200 GB', ',', rules)).toBe(200);
  expect(await sizeOf('80', ',', rules)).toContain('the system disk has 20 to 2048 GiB');
});

const tagsOf = async (cell: string, more = ['', '']) => {
  const { plan, problems } = await fromCsv(`sourceId,tags${more[0]}\ns-1,"${cell}"${more[1]}\n`);
  const tags = plan?.servers[0]?.job.tags?.map(({ key, value }) => `${key}=${value}`);
  return tags ?? lines(problems);
};

test.each([
  ['app=shop', ['app=shop']],
  ['app=shop; env=prod;', ['app=shop', 'env=prod']],
  ['app:shop,env:prod', ['app=shop', 'env=prod']],
  ['owner=Doe, Jane; env=', ['owner=Doe, Jane', 'env=']],
  ['a=x\nb=y=z', ['a=x', 'b=y=z']],
  ['{""app"":""shop"",""port"":8080}', ['app=shop', 'port=8080']],
])('a cell of tags %j', async (cell, tags) => {
  expect(await tagsOf(cell)).toEqual(tags);
});

test('a column of one tag says more than the cell of all, whichever comes first', async () => {
  expect(await tagsOf('app=old; env=prod', [',tags.app', ',new'])).toEqual(['app=new', 'env=prod']);
  const { plan } = await fromCsv('sourceId,tags.app,tags\ns-1,new,app=old\n');
  expect(plan?.servers[0]?.job.tags).toEqual([{ key: 'app', value: 'new' }]);
});

test.each([
  ['shop', "servers.csv:2:5 invalid-value: tags: the tag 'shop' has no value"],
  ['a=1;a=2', "servers.csv:2:5 invalid-value: tags: the tag 'a' is in this cell twice"],
  ['{""a"":', 'servers.csv:2:5 invalid-value: tags: these tags are no JSON object of texts'],
])('the cell of tags %j is a problem', async (cell, problem) => {
  expect(await tagsOf(cell)).toEqual([problem]);
});

test.each([
  ['sep=;\nsourceId;name\ns-1;web,1\n', 'web,1'],
  ['"sep=|"\r\nsourceId|name\r\ns-1|web\r\n', 'web'],
  ['SEP=\t\nsourceId\tname\ns-1\tweb\n', 'web'],
])('a first line sep= names the separator', async (csv, name) => {
  const { plan, problems } = await fromCsv(csv);
  expect(problems).toEqual([]);
  expect(plan?.servers[0]?.name).toBe(name);
});

test('headers are found with their stars, colons, blanks and line breaks, in any case', async () => {
  const { plan, problems } = await fromCsv(
    'sourceId,"*Server  name","mgn:server:tag:App","Disk 1\nsize (In GB)",Other,Other\ns-1,web,shop,90,x,y\n',
    ', columns: { sourceId: sourceId, "*server name": name, "mgn:server:tag:App": tags.app, "Disk 1 size (In GB)": systemDiskSize, "*": null }',
  );
  expect(lines(problems)).toEqual([]);
  expect(plan?.servers[0]).toMatchObject({
    name: 'web',
    job: { systemDiskSize: 90, tags: [{ key: 'app', value: 'shop' }] },
  });
});

test('all other columns are left out, also those that are fields', async () => {
  const { plan, problems } = await fromCsv(
    'Host,wave,name\nweb,nowhere,x\n',
    ', columns: { Host: sourceName, "*": null }',
  );
  expect(problems).toEqual([]);
  expect(plan?.servers).toMatchObject([{ name: 'web', wave: 'all' }]);
});

test('only rows with the wanted texts count; a column that may be missing is no mistake', async () => {
  const rules =
    ', columns: { VM: sourceName, IP: { field: jobName, optional: true }, "*": null }, rows: { Power: poweredOn, Template: [false, "no"] }';
  const { plan, problems } = await fromCsv(
    'VM,Power,Template\na,PoweredOn,False\nb,poweredOff,False\nc,poweredOn,True\nd,poweredOn,no\n',
    rules,
  );
  expect(lines(problems)).toEqual([]);
  expect(plan?.servers.map(({ name }) => name)).toEqual(['a', 'd']);
});

const chinese = 'sourceName,tags.app\n商城-01,订单系统\n';
const utf16 = (text: string, mark: boolean) => Buffer.from(`${mark ? '\ufeff' : ''}${text}`, 'utf16le');
// 商城-01 and 订单系统 as Excel in Chinese saves them.
const gb18030 = Buffer.concat([
  Buffer.from('sourceName,tags.app\n'),
  Buffer.from([0xc9, 0xcc, 0xb3, 0xc7, 0x2d, 0x30, 0x31, 0x2c]),
  Buffer.from([0xb6, 0xa9, 0xb5, 0xa5, 0xcf, 0xb5, 0xcd, 0xb3, 0x0a]),
]);

async function encoded(bytes: Buffer, rules = '') {
  return withPlanFile(
    `${head}servers: { csv: servers.csv${rules} }\n`,
    async (file, dir) => {
      await writeFile(`${dir}/servers.csv`, bytes);
      const { plan, problems, warnings } = await readPlan(file);
      return {
        names: plan?.servers.map(({ name }) => name),
        problems,
        warnings: warnings.map(({ code }) => code),
      };
    },
    {},
  );
}

test.each([
  ['UTF-8', Buffer.from(chinese), '', []],
  ['UTF-8 with its mark', Buffer.from(`\ufeff${chinese}`), '', []],
  ['UTF-16 as Excel saves it', utf16(chinese.replaceAll(',', '\t'), true), '', []],
  ['UTF-16 without a mark', utf16(chinese, false), '', []],
  ['UTF-16 the other way round', utf16(chinese, true).swap16(), '', []],
  ['GB18030', gb18030, '', ['csv-encoding']],
  ['GB18030 that the plan names', gb18030, ', encoding: gb18030', []],
])('a CSV in %s is read', async (_, bytes, rules, warnings) => {
  expect(await encoded(bytes, rules)).toEqual({ names: ['商城-01'], problems: [], warnings });
});

test('a CSV in another encoding is refused with the way out, and read when the plan names it', async () => {
  const western = Buffer.from('sourceName\nM\xfcller-01\n', 'latin1');
  const { problems } = await encoded(western);
  expect(problems).toMatchObject([
    { code: 'file-not-utf8', fix: expect.stringContaining('encoding: gb18030') },
  ]);
  expect((await encoded(western, ', encoding: windows-1252')).names).toEqual(['Müller-01']);
});

test.each([
  [
    'servers: [{ sourceId: s-1, name: "web\u200b-01" }]',
    4,
    38,
    'servers[0].name has a zero width space (U+200B)',
  ],
  [
    'servers: [{ sourceId: "\ufeffs-1" }]',
    4,
    24,
    'servers[0].sourceId has a byte order mark (U+FEFF) at its beginning',
  ],
  [
    'servers: [{ sourceId: s-1, dependsOn: ["a\u00a0b"] }]',
    4,
    42,
    'servers[0].dependsOn[0] has a no-break space',
  ],
  [
    'servers: [{ sourceName: "web\u202e1" }]',
    4,
    29,
    'servers[0].sourceName has an invisible character (U+202E)',
  ],
  ['servers: [{ sourceId: s-1, tags: { "a\u00adb": x } }]', 4, 38, 'has a soft hyphen (U+00AD)'],
])('an invisible character is refused at its place: %j', async (servers, line, column, message) => {
  const { problems } = await readText(`${head}${servers}\n`);
  expect(problems).toMatchObject([
    {
      code: 'invisible-character',
      line,
      column,
      endColumn: column + 1,
      message: expect.stringContaining(message),
    },
  ]);
});

test('an invisible character in a cell is refused at its place; the value of a tag may have one', async () => {
  const { problems } = await fromCsv('sourceId,name,tags.note\ns-1,web\u200d01,a\u00a0b\n');
  expect(problems).toMatchObject([{ code: 'invisible-character', file: 'servers.csv', line: 2, column: 8 }]);
});
