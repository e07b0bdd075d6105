import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { completionCommand } from '../../src/commands/completion';
import { program as wholeProgram } from '../../src/program';
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
    .addCommand(
      new Command('pause')
        .description('a pause')
        .argument('<batch>')
        .argument('[server...]')
        .option('--wave <wave...>', 'only these waves'),
    )
    .addCommand(completionCommand(program));
const script = async (shell: string) =>
  (await captured(() => completionCommand(program).exitOverride().parseAsync([shell], { from: 'user' })))
    .stdout;

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'smc-batch-completion-'));
  for (const name of ['batch.yaml', 'my plan.yml', 'plan.json', 'notes.txt'])
    writeFileSync(join(dir, name), '');
});
afterEach(() => {
  process.exitCode = undefined;
  rmSync(dir, { recursive: true });
});

/** What bash offers after these words, the last one being typed. */
function offered(text: string, ...words: string[]): string[] {
  // What Temporal would be asked: the words that the script hands on are the answer.
  const last = '$' + '{*: -1}';
  const names = `command() { [[ $2 == __names ]] && printf '%s\\n' 'web 01' '$(id)' "after ${last}"; }`;
  const run = `${text}
${names}
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
    ['batch.yaml', 'my plan.yml', 'plan.json'],
  ],
  [['apply', '--log', 'n'], ['notes.txt']],
  [['completion', 'z'], ['zsh']],
  [['help', 'st'], ['status']],
  [
    ['status', ''],
    ['$(id)', 'after status', 'web 01'],
  ],
  [['status', 'w'], ['web 01']],
  [['pause', 'dc1', 'a'], ['after dc1']],
  [
    ['pause', 'dc1', '--wave', ''],
    ['$(id)', 'after --wave', 'web 01'],
  ],
  [['status', 'apply', '--'], ['--help']],
  [['--v'], ['--version']],
])('bash completes %j with %j', async (words, expected) => {
  expect(offered(await script('bash'), ...words)).toEqual(expected);
});

test('zsh and fish know the same commands, choices and files', async () => {
  const zsh = await script('zsh');
  expect(zsh).toMatch(/^#compdef smc-batch\n/);
  expect(zsh).toContain('then _smc_batch "$@"; else compdef _smc_batch smc-batch; fi');
  expect(zsh).toContain(`'apply:start a plan'\\''s batch \\[now\\]\\: go'`);
  expect(zsh).toContain(`'(-o --output)--output[what to print]:value:(text json)'`);
  expect(zsh).toContain(`'1:plan:_files -g "*.(yaml|yml|json)"'`);
  const fish = await script('fish');
  expect(fish).toContain(
    "complete -c smc-batch -n '__smc_batch_is apply' -s o -l output -r -f -a 'text json' -d 'what to print'",
  );
  expect(fish).toContain("complete -c smc-batch -n '__smc_batch_is apply' -f -a '(__smc_batch_plans)'");
  expect(fish).toContain(String.raw`string match -er '(?:/|\.ya?ml|\.json)(?:\t|$)'`);
});

test('every command and option of the program stands in every script', async () => {
  const whole = wholeProgram();
  const everything = whole
    .createHelp()
    .visibleCommands(whole)
    .flatMap((command) => [command.name(), ...command.options.flatMap(({ long }) => (long ? [long] : []))]);
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { stdout } = await captured(() =>
      wholeProgram().parseAsync(['completion', shell], { from: 'user' }),
    );
    const words = new Set(stdout.replace(/ -l (?=[a-z])/g, ' --').match(/(?:--)?[a-z][a-z-]*/g));
    expect(everything.filter((word) => !words.has(word))).toEqual([]);
  }
});

test.each(['zsh', 'fish'])('all quotes are closed in the script for %s', async (shell) => {
  const { stdout } = await captured(() => wholeProgram().parseAsync(['completion', shell], { from: 'user' }));
  for (const line of stdout.split('\n')) {
    if (line.startsWith('#')) continue;
    // An apostrophe inside a text: zsh closes it, escapes one and opens it again; fish escapes it.
    const texts = line.replaceAll(shell === 'zsh' ? `'\\''` : `\\'`, '');
    expect(texts.split("'").length % 2).toBe(1);
  }
});

test('an unknown shell is refused', async () => {
  const { failure, stderr } = await captured(() =>
    completionCommand(program).exitOverride().parseAsync(['tcsh'], { from: 'user' }),
  );
  expect(failure).toMatchObject({ code: 'commander.invalidArgument' });
  expect(stderr).toContain('bash, zsh, fish');
});
