import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { searchAttributeNames } from '../../src/temporal/search-attributes';
import { filesBelow, isPinned, root, schemaFindings, textOf, yamlOf } from './deploy-files';

/** Replaces `${NAME:-default}`, `${NAME:?message}` and `$$` as Compose does; a required variable without a value throws. */
function interpolated(text: string, env: Record<string, string>): string {
  return text.replace(/\$\$|\$\{(\w+)(?::([-?])([^}]*))?\}/g, (whole, name, kind, word) => {
    if (whole === '$$') return '$';
    const value = env[name];
    if (value) return value;
    if (kind === '?') throw new Error(`${name}: ${word}`);
    return word ?? '';
  });
}

const withoutComments = (text: string) => text.replace(/^\s*#.*$/gm, '');
const rendered = (env: Record<string, string>) =>
  parse(interpolated(withoutComments(textOf('docker-compose.yml')), env), { merge: true });

interface Service {
  image: string;
  restart: string;
  read_only: boolean;
  cap_drop: string[];
  security_opt: string[];
  profiles?: string[];
  ports?: string[];
  volumes?: string[];
  healthcheck?: object;
  env_file?: string[];
  depends_on?: Record<string, { condition: string }>;
  environment?: Record<string, unknown>;
}
const compose = rendered({ POSTGRES_PASSWORD: 'a-password' });
const services = Object.entries(compose.services as Record<string, Service>);
const jobs = ['temporal-schema', 'temporal-namespace'];

test('docker-compose.yml is a file of the compose specification', () => {
  expect(schemaFindings('compose-spec.json', compose)).toEqual([]);
});

test('a mistake in a compose file is found', () => {
  const wrong = structuredClone(compose);
  wrong.services.worker.helthcheck = {};
  expect(schemaFindings('compose-spec.json', wrong).join()).toContain('helthcheck');
});

test('Compose refuses to start without a password for the database', () => {
  expect(() => rendered({})).toThrow(/POSTGRES_PASSWORD: set POSTGRES_PASSWORD in \.env/);
});

test.each(services)('%s has a pinned image, a read-only file system and no privileges', (_, service) => {
  expect(isPinned(service.image)).toBe(true);
  expect(service).toMatchObject({
    read_only: true,
    cap_drop: ['ALL'],
    security_opt: ['no-new-privileges:true'],
  });
});

test.each(services)('%s is started again when it dies, and its health is known', (name, service) => {
  expect(service.restart).toBe(jobs.includes(name) ? 'on-failure:10' : 'unless-stopped');
  // The image of the worker has a health check of its own; the collector's has no program that could run one.
  const checkedElsewhere = [...jobs, 'worker', 'otel-collector'].includes(name);
  expect(service.healthcheck !== undefined).toBe(!checkedElsewhere);
});

test.each(services)('%s is published on the loopback alone, if at all', (_, service) => {
  for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
});

test.each(services)('%s waits for what it needs, by services and conditions that can hold', (_, service) => {
  for (const [name, { condition }] of Object.entries(service.depends_on ?? {})) {
    const other = compose.services[name];
    if (condition === 'service_healthy') expect(other.healthcheck).toBeDefined();
    else expect(jobs).toContain(name);
  }
});

test('every file that is mounted exists, and all but data is mounted read-only', () => {
  const mounts = services.flatMap(([, { volumes = [] }]) => volumes);
  for (const mount of mounts) {
    const [source = '', , mode] = mount.split(':');
    if (source.startsWith('./')) {
      expect(existsSync(join(root, source))).toBe(true);
      expect(mode).toBe('ro');
    } else {
      expect(Object.keys(compose.volumes)).toContain(source);
    }
  }
});

test('the namespace gets the search attributes that the workflows set, all keywords, and keeps a batch for 30 days', () => {
  const script = textOf('deploy/compose/temporal-namespace.sh');
  const added = [...script.matchAll(/--name (\S+) --type (\S+?);?(?=\s|$)/gm)].map(([, name, type]) => [
    name,
    type,
  ]);
  expect(added.sort()).toEqual([...searchAttributeNames].sort().map((name) => [name, 'Keyword']));
  expect(compose.services['temporal-namespace'].environment.TEMPORAL_RETENTION).toBe('720h');
});

test('the schema tool and the server are of one version', () => {
  const version = (name: string) => compose.services[name].image.split(':')[1];
  expect(version('temporal-schema')).toBe(version('temporal'));
  expect(version('temporal-namespace')).toBe(version('temporal'));
});

test('Prometheus scrapes services of the compose file, at the port that Temporal serves', () => {
  const { scrape_configs } = yamlOf('deploy/compose/prometheus.yml');
  interface ScrapeJob {
    static_configs?: { targets: string[] }[];
    dns_sd_configs?: { names: string[]; port: number }[];
  }
  const targets: string[] = scrape_configs.flatMap(
    ({ static_configs = [], dns_sd_configs = [] }: ScrapeJob) => [
      ...static_configs.flatMap((config) => config.targets),
      ...dns_sd_configs.flatMap(({ names, port }) => names.map((name) => `${name}:${port}`)),
    ],
  );
  const hosts = targets
    .map((target) => target.split(':')[0] as string)
    .filter((host) => host !== 'localhost');
  for (const host of hosts) expect(Object.keys(compose.services)).toContain(host);
  const port = compose.services.temporal.environment.PROMETHEUS_ENDPOINT.split(':')[1];
  expect(targets).toContain(`temporal:${port}`);
  const metrics = compose.services.worker.environment.SMC_METRICS_ADDRESS.split(':')[1];
  expect(targets).toContain(`worker:${metrics}`);
});

test('the dashboards ask the datasource that is provisioned', () => {
  const { datasources } = yamlOf('deploy/compose/grafana/provisioning/datasources/prometheus.yml');
  for (const path of filesBelow('deploy/compose/grafana/dashboards')) {
    const { panels } = JSON.parse(textOf(path));
    for (const { datasource } of panels as { datasource: { uid: string } }[])
      expect(datasource.uid).toBe(datasources[0].uid);
  }
});

test('the example files hold no secret, and what is copied from them is not committed', () => {
  const ignored = textOf('.gitignore').split('\n');
  expect(ignored).toEqual(expect.arrayContaining(['.env', 'smc-batch.env']));
  for (const path of ['.env.example', 'deploy/compose/smc-batch.env.example']) {
    const secrets = [...textOf(path).matchAll(/^#?(\w*(?:PASSWORD|SECRET|KEY_ID|TOKEN|URL)\w*)=(.*)$/gm)];
    expect(secrets.length).toBeGreaterThan(0);
    expect(secrets.filter(([, , value]) => value !== '')).toEqual([]);
  }
});

test('.env.example names every variable of docker-compose.yml', () => {
  const used = [...withoutComments(textOf('docker-compose.yml')).matchAll(/\$\{(\w+)/g)].map(
    ([, name]) => name,
  );
  const named = [...textOf('.env.example').matchAll(/^#?(\w+)=/gm)].map(([, name]) => name);
  expect([...new Set(named)].sort()).toEqual([...new Set(used)].sort());
});

test('the tag of the image is the version of the package', () => {
  const { version } = JSON.parse(textOf('package.json'));
  expect(compose.services.worker.image).toBe(`smc-batch:${version}`);
});
