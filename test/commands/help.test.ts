import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { helpOutput, program } from '../../src/program';
import { displayWidth } from '../../src/text';

const golden = path.join(__dirname, 'golden');
const all = program();
const commands = all
  .createHelp()
  .visibleCommands(all)
  .filter((command) => command.name() !== 'help')
  .map((command) => [command.name(), command] as const);

/** What `--help` prints, on a terminal of 80 columns. */
function helpOf(name: string, columns = 80): string {
  const fresh = program();
  const command = name === 'smc-batch' ? fresh : fresh.commands.find((found) => found.name() === name)!;
  let text = '';
  command.configureOutput({
    ...helpOutput((chunk) => {
      text += chunk;
    }, columns),
    getOutHasColors: () => false,
  });
  command.outputHelp();
  return text;
}

test.each(['smc-batch', ...commands.map(([name]) => name)])(
  '%s --help says what it always said (UPDATE_GOLDEN=1 rewrites it)',
  (name) => {
    const file = path.join(golden, `${name}.txt`);
    const help = helpOf(name);
    if (process.env.UPDATE_GOLDEN) {
      mkdirSync(golden, { recursive: true });
      writeFileSync(file, help);
    }
    expect(help).toBe(readFileSync(file, 'utf8'));
  },
);

test('each kept help is of a command that exists', () => {
  const kept = readdirSync(golden).map((file) => path.basename(file, '.txt'));
  expect(kept.sort()).toEqual(['smc-batch', ...commands.map(([name]) => name)].sort());
});

test.each(commands)('%s has the form of all help texts, an example and its exit codes', (name, command) => {
  expect(command.description()).toMatch(/^[a-z][^.]*[^.]$/);
  for (const { description } of command.options) expect(description).toMatch(/^[a-z].*[^.]$/);
  for (const { description } of command.registeredArguments) expect(description).toMatch(/^[a-z].*[^.]$/);
  const help = helpOf(name);
  expect(help).toMatch(/^Examples?:\n {2}/m);
  expect(help).toContain('smc-batch ');
  if (name !== 'completion') expect(help).toMatch(/^Exit codes: 0 /m);
});

test.each([80, 140])('no help text is wider than a terminal of %i columns', (columns) => {
  for (const name of ['smc-batch', ...commands.map(([found]) => found)]) {
    const tooWide = helpOf(name, columns)
      .split('\n')
      .filter((line) => displayWidth(line) > columns);
    // A command that is pasted stays whole.
    expect(tooWide.filter((line) => !/^ +(SMC_\S+ )?smc-batch .*[|>]/.test(line))).toEqual([]);
  }
});
