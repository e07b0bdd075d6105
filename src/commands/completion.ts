import { Argument, Command } from 'commander';
import type { Shell } from '../actions/machine/completion';

const shells: Shell[] = ['bash', 'zsh', 'fish'];

/** `completion SHELL`: a completion script, made from the program as it is. */
export function completionCommand(program: () => Command): Command {
  return new Command('completion')
    .summary('print a completion script for a shell')
    .description(
      'print a completion script: commands, options and their values, plan files, and the names of batches, waves and servers',
    )
    .addArgument(new Argument('<shell>', 'the shell you use').choices(shells))
    .addHelpText(
      'after',
      `
Examples:
  source <(smc-batch completion bash)                                     in ~/.bashrc
  source <(smc-batch completion zsh)                                      in ~/.zshrc, after compinit
  smc-batch completion fish > ~/.config/fish/completions/smc-batch.fish`,
    )
    .action(async (shell: Shell) =>
      (await import('../actions/machine/completion.js')).completion(shell, program()),
    );
}
