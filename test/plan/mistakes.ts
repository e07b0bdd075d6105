import { head } from './a-plan';

/** A mistake people make in plans. `beside`: files next to the plan. */
export interface Mistake {
  /** What was done wrong, in a few words. */
  mistake: string;
  /** The line that holds it, as the docs show it. */
  shown: string;
  plan: string | Buffer;
  beside?: Record<string, string>;
}

const server = '- { sourceId: s-1, name: web-01 }';
const withServers = (...servers: string[]) =>
  `${head}servers:\n${servers.map((one) => `  ${one}\n`).join('')}`;
const onServer = (mistake: string, fields: string): Mistake => ({
  mistake,
  shown: fields,
  plan: withServers(`- { sourceId: s-1, ${fields} }`),
});
const onHead = (mistake: string, line: string): Mistake => ({
  mistake,
  shown: line,
  plan: `${withServers(server)}${line}\n`,
});
const onDefaults = (mistake: string, fields: string): Mistake => ({
  mistake,
  shown: `defaults: { ${fields} }`,
  plan: `version: 1\nname: demo\ndefaults: { regionId: cn-hangzhou, systemDiskSize: 80, ${fields} }\nservers:\n  ${server}\n`,
});
const fromCsv = (mistake: string, shown: string, csv: string, rules = ''): Mistake => ({
  mistake,
  shown,
  plan: `${head}servers: { csv: servers.csv${rules} }\n`,
  beside: { 'servers.csv': csv },
});

/** Each has exactly one problem; `docs/plan-mistakes.md` is made of it. */
export const mistakes: Mistake[] = [
  onDefaults("a field's name mistyped", 'vswitchId: vsw-1'),
  onDefaults('a field in the wrong place', 'attempts: 5'),
  onHead('a number where a duration is wanted', 'policy: { jobTimeout: 3600 }'),
  onHead('a duration with no such unit', 'policy: { jobTimeout: 7 days }'),
  onHead('more at once than the account may', 'policy: { maxConcurrent: 80 }'),
  onHead('more running than existing', 'account: { quota: { jobs: 20, running: 50 } }'),
  onHead('a date that does not exist', 'policy: { lockoutDates: ["2030-02-30"] }'),
  onHead('an unknown word', 'policy: { onFailure: delete }'),
  {
    mistake: 'a name that cannot be an id',
    shown: 'name: DC 1 exit',
    plan: withServers(server).replace('name: demo', 'name: DC 1 exit'),
  },
  {
    mistake: 'no version',
    shown: 'name: demo',
    plan: withServers(server).replace('version: 1\n', ''),
  },
  onHead(
    'a misspelt time zone',
    'waves: [{ name: a, window: { from: "22:00", to: "06:00", timezone: Asia/Shangai } }]',
  ),
  onHead('a time of day with one digit', 'waves: [{ name: a, window: { from: 7:00, to: "12:00" } }]'),
  onHead('a share above 100%', 'waves: [{ name: a, failureThreshold: 110% }]'),
  onHead('a wave that waits for something unknown', 'waves: [{ name: a, after: lunch }]'),
  onHead('two waves of one name', 'waves: [{ name: a }, { name: a }]'),
  {
    mistake: 'a wave that is not declared',
    shown: 'wave: tset',
    plan: `${withServers('- { sourceId: s-1, wave: tset }')}waves: [{ name: test }]\n`,
  },
  {
    mistake: 'a server without a source',
    shown: '- { name: web-01 }',
    plan: withServers('- { name: web-01 }'),
  },
  {
    mistake: 'one source twice',
    shown: '- { sourceId: s-1, name: web-02 }',
    plan: withServers(server, '- { sourceId: s-1, name: web-02 }'),
  },
  {
    mistake: 'one name twice',
    shown: '- { sourceId: s-2, name: web-01 }',
    plan: withServers(server, '- { sourceId: s-2, name: web-01 }'),
  },
  {
    mistake: 'a dependency that is no server',
    shown: 'dependsOn: [web-1]',
    plan: withServers(server, '- { sourceId: s-2, dependsOn: [web-1] }'),
  },
  {
    mistake: 'servers that wait for each other',
    shown: 'dependsOn: [web-01]',
    plan: withServers(
      '- { sourceId: s-1, name: web-01, dependsOn: [web-02] }',
      '- { sourceId: s-2, name: web-02, dependsOn: [web-01] }',
    ),
  },
  {
    mistake: 'a dependency on a later wave',
    shown: '- { sourceId: s-1, wave: first, dependsOn: [b] }',
    plan: `${withServers('- { sourceId: s-1, wave: first, dependsOn: [b] }', '- { sourceId: s-2, name: b, wave: last }')}waves: [{ name: first }, { name: last }]\n`,
  },
  onDefaults('VPC without a vSwitch', 'netMode: 2'),
  onServer('an incremental server without its count of images', 'runOnce: false, frequency: 12'),
  onServer('a cutover of a server that is not incremental', 'cutoverAt: "2030-01-31T22:00:00Z"'),
  onServer('a local time', 'validTime: "2030-01-31 22:00"'),
  onServer('a disk that is too large', 'systemDiskSize: 4096'),
  onServer('a size in quotes', 'systemDiskSize: "80"'),
  onServer('a tag that YAML takes for a number', 'tags: { port: 8080 }'),
  onServer('a tag that is reserved', 'tags: { smc-batch: mine }'),
  onServer('an image name with a dot', 'imageName: web-01.example.com'),
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a plan's own way to name a variable.
  onServer('a variable that is not set', 'vSwitchId: "${env:SWITCH}"'),
  {
    mistake: 'no region',
    shown: 'defaults: { systemDiskSize: 80 }',
    plan: `version: 1\nname: demo\ndefaults: { systemDiskSize: 80 }\nservers:\n  - { sourceId: s-1 }\n  - { sourceId: s-2 }\n`,
  },
  { mistake: 'a field twice', shown: 'name: again', plan: `${withServers(server)}name: again\n` },
  {
    mistake: 'a bracket that is not closed',
    shown: 'policy: { attempts: 3',
    plan: `${withServers(server)}policy: { attempts: 3\n`,
  },
  { mistake: 'no servers', shown: 'servers: []', plan: `${head}servers: []\n` },
  { mistake: 'an empty file', shown: '', plan: '# nothing yet\n' },
  {
    mistake: 'a CSV that is not there',
    shown: 'servers: { csv: servers.csv }',
    plan: `${head}servers: { csv: servers.csv }\n`,
  },
  fromCsv('a header that is no field', 'Host,name', 'sourceId,Host\ns-1,web-01\n'),
  {
    mistake: 'an invisible character in a name',
    shown: 'name: web<U+200B>-01',
    plan: withServers('- { sourceId: s-1, name: web\u200b-01 }'),
  },
  {
    mistake: 'a no-break space in an id',
    shown: 'vSwitchId: vsw-1<U+00A0>',
    plan: withServers('- { sourceId: s-1, vSwitchId: vsw-1\u00a0 }'),
  },
  onServer('a server that is done, without its image', 'done: yes'),
  {
    mistake: 'a server that is done, and has no name',
    shown: '- { done: m-1 }',
    plan: withServers('- { done: m-1 }'),
  },
  {
    mistake: 'an image that two servers are done as',
    shown: '- { name: b, done: m-1 }',
    plan: withServers('- { name: a, done: m-1 }', '- { name: b, done: m-1 }'),
  },
  onServer('an offset without its colon', 'scheduledStartTime: "2030-02-01T06:00:00+0800"'),
  onHead(
    'letters that mean several time zones',
    'waves: [{ name: a, window: { from: "22:00", to: "06:00", timezone: CST } }]',
  ),
  onHead(
    'an offset where a time zone is wanted',
    'waves: [{ name: a, window: { from: "22:00", to: "06:00", timezone: UTC+8 } }]',
  ),
  fromCsv('a word where the CSV should have a size', 's-1,large', 'sourceId,systemDiskSize\ns-1,large\n'),
  fromCsv('a tag in a cell without its value', 's-1,app', 'sourceId,tags\ns-1,app\n'),
  fromCsv(
    'a host name where a plan wants an id',
    'columns: { FQDN: hostName }',
    'sourceId,FQDN\ns-1,web.corp\n',
    ', columns: { FQDN: hostName }',
  ),
  fromCsv(
    'a field for all other columns',
    'columns: { "*": name }',
    'sourceId\ns-1\n',
    ', columns: { "*": name }',
  ),
  fromCsv(
    'a unit that is none',
    'columns: { Disk: { field: systemDiskSize, unit: GigaByte } }',
    'sourceId,Disk\ns-1,80\n',
    ', columns: { Disk: { field: systemDiskSize, unit: GigaByte } }',
  ),
  fromCsv(
    'rows by a column that is not there',
    'rows: { Power: on }',
    'sourceId\ns-1\n',
    ', rows: { Power: "on" }',
  ),
  fromCsv(
    'rows of which none counts',
    'rows: { name: web-02 }',
    'sourceId,name\ns-1,web-01\n',
    ', rows: { name: web-02 }',
  ),
  fromCsv('a quote in the CSV that is not closed', 's-1,"web', 'sourceId,name\ns-1,"web\n'),
];
