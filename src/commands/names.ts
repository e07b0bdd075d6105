import { Command } from 'commander';

/** What completion scripts call, with the words before the one that is typed: not for people, so no help shows it. */
export function namesCommand(program: () => Command): Command {
  return new Command('__names')
    .description('print the names of batches, waves or servers that may come next')
    .argument('[words...]')
    .allowUnknownOption()
    .helpOption(false)
    .action(async (words: string[]) => (await import('../actions/machine/names.js')).names(words, program()));
}
