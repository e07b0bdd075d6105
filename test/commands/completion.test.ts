import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { completionCommand } from '../../src/commands/completion';
import { captured } from '../plan/captured';

const program = (): Command =>
  new Command('smc-batch')
    .version('1')
    .addCommand(
      new Command('apply')
        .description("start a plan's batch [now]: go")
        .argument('<plan>')
        .option('-y, --yes', 'do not ask')
        .addOption(new Option('-o, --output <format>', 'what to print').choices(['text', 'json']))
        .option('--log <file>', 'where to log'),
    )
    .addCommand(new Command('status').description('one batch').argument('[batch]'))
    .addCommand(completionCommand(program));
const script = async (shell: string) =>
  (await captured(() => completionCommand(program).exitOverride().parseAsync([shell], { from: 'user' })))
    .stdout;

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'smc-batch-completion-'));
  for (const name of ['batch.yaml', 'plan.json', 'notes.txt']) writeFileSync(join(dir, name), '');
});
afterEach(() => {
  process.exitCode = undefined;
  rmSync(dir, { recursive: true });
});

/** What bash offers after these words, the last one being typed. */
function offered(text: string, ...words: string[]): string[] {
  const run = `${text}
COMP_WORDS=(smc-batch ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}
_smc_batch; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const out = execFileSync('bash', ['-c', run], { cwd: dir, encoding: 'utf8' });
  return out.split('\n').filter(Boolean).sort();
}

test.each([
  [['a'], ['apply']],
  [['apply', '--o'], ['--output']],
  [
    ['apply', '-o', ''],
    ['json', 'text'],
  ],
  [
    ['apply', ''],
    ['batch.yaml', 'plan.json'],
  ],
  [['apply', '--log', 'n'], ['notes.txt']],
  [['completion', 'z'], ['zsh']],
  [['help', 'st'], ['status']],
  [['status', ''], []],
])('bash completes %j with %j', async (words, expected) => {
  expect(offered(await script('bash'), ...words)).toEqual(expected);
});

test('zsh and fish know the same commands, choices and files', async () => {
  const zsh = await script('zsh');
  expect(zsh).toMatch(/^#compdef smc-batch\n/);
  expect(zsh).toContain('then _smc_batch "$@"; else compdef _smc_batch smc-batch; fi');
  expect(zsh).toContain(`'apply:start a plan'\\''s batch \\[now\\]\\: go'`);
  expect(zsh).toContain(`'--output[what to print]:value:(text json)'`);
  expect(zsh).toContain(`'1:plan:_files -g "*.(yaml|yml|json)"'`);
  const fish = await script('fish');
  expect(fish).toContain(
    "complete -c smc-batch -n '__fish_seen_subcommand_from apply' -s o -l output -r -f -a 'text json' -d 'what to print'",
  );
  expect(fish).toContain('__fish_complete_suffix .yaml');
});

test('a shell that is not known is refused', async () => {
  const { failure, stderr } = await captured(() =>
    completionCommand(program).exitOverride().parseAsync(['tcsh'], { from: 'user' }),
  );
  expect(failure).toMatchObject({ code: 'commander.invalidArgument' });
  expect(stderr).toContain('bash, zsh, fish');
});
