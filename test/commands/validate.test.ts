import { randomBytes } from 'node:crypto';
import { validateCommand } from '../../src/commands/validate';
import { head, withPlanFile } from '../plan/a-plan';
import { captured } from '../plan/captured';

const validate = (text: string, ...flags: string[]) =>
  withPlanFile(text, (file) =>
    captured(() => validateCommand().parseAsync([file, ...flags], { from: 'user' })),
  );

const good = `${head}waves:
  - { name: canary, failureThreshold: 0 }
  - { name: rest, after: approval, window: { from: "22:00", to: "06:00", timezone: Asia/Shanghai } }
servers: [{ sourceId: s-1 }, { sourceId: s-2, wave: rest }, { sourceId: s-3, wave: rest }]
`;

test('a valid plan is summed up on stdout', async () => {
  const { stdout, stderr, failure } = await validate(good);
  expect(failure).toBeUndefined();
  expect(stderr).toBe('');
  expect(
    stdout.replace(/^.*batch\.yaml/, 'batch.yaml'),
  ).toBe(`batch.yaml is valid: batch demo, 3 servers in 2 waves
  canary   1 server  stops after more than 0 failed
  rest    2 servers  after approval; 22:00 to 06:00 Asia/Shanghai
  at most 50 at once; account default has a quota of 100 jobs, 50 running
`);
});

test('problems are code frames on stderr, and exit code 2', async () => {
  const { stdout, stderr, failure } = await validate(good.replace('wave: rest', 'wave: rset'));
  expect(failure).toMatchObject({ exitCode: 2, message: '' });
  expect(stdout).toBe('');
  expect(stderr).toContain('error s-2: there is no wave rset [wave-unknown]');
  expect(stderr).toMatch(/\^\^\^\^\n {2}fix did you mean rest\?/);
  expect(stderr).toMatch(/batch\.yaml: 1 problem\n$/);
});

test('-o json has the same on stdout for machines', async () => {
  const { stdout, stderr, failure } = await validate(good.replace('wave: rest', 'wave: rset'), '-o', 'json');
  expect(failure).toMatchObject({ exitCode: 2 });
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual({
    valid: false,
    problems: [
      {
        code: 'wave-unknown',
        message: 's-2: there is no wave rset',
        fix: 'did you mean rest?',
        file: expect.stringMatching(/batch\.yaml$/),
        line: 7,
        column: 53,
        endColumn: 57,
      },
    ],
    warnings: [],
  });

  const valid = await validate(good, '-o', 'json');
  expect(valid.failure).toBeUndefined();
  expect(JSON.parse(valid.stdout)).toMatchObject({ valid: true, summary: { batch: 'demo', servers: 3 } });
});

test('a plan with warnings is valid, and the warnings are shown', async () => {
  const { stdout, stderr, failure } = await validate(good.replace('systemDiskSize: 80, ', ''));
  expect(failure).toBeUndefined();
  expect(stderr).toContain('warning systemDiskSize is missing for every server [disk-size-missing]');
  expect(stdout).toMatch(/ {2}1 warning\n$/);
});

test('a plan that Temporal could not carry is refused with its size, before anything is started', async () => {
  const random = (length: number) => randomBytes(length).toString('base64url').slice(0, length);
  const servers = Array.from({ length: 700 }, (_, i) => ({
    sourceId: `s-${i}`,
    tags: Object.fromEntries(Array.from({ length: 18 }, (_, t) => [`tag-${t}`, random(128)])),
    replicationParameters: { note: random(1_900) },
  }));
  const { stdout, failure } = await validate(`${head}servers: ${JSON.stringify(servers)}`, '-o', 'json');
  expect(failure).toMatchObject({ exitCode: 2 });
  expect(JSON.parse(stdout)).toMatchObject({
    valid: false,
    problems: [
      {
        code: 'plan-too-large',
        message: expect.stringMatching(
          /its 700 servers may need \d+ KiB, .* at most 1984 KiB. Split it into 2 plans/,
        ),
      },
    ],
  });
});
