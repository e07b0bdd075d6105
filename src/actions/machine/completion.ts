import type { Command, Option } from 'commander';

export type Shell = 'bash' | 'zsh' | 'fish';

/** Prints a completion script, made from the program as it is. */
export function completion(shell: Shell, program: Command): void {
  const { name, commands } = described(program);
  const script = { bash: bashScript, zsh: zshScript, fish: fishScript }[shell](name, commands);
  process.stdout.write(script);
}

/** What a shell needs to know of one command. */
interface Described {
  name: string;
  description: string;
  options: { flags: string[]; description: string; values: Values }[];
  /** What its arguments are, of which the last may come several times; empty where it has none. */
  operands: Values[];
}

/** `name`: of a batch, a wave or a server, as Temporal knows them; `any`: something the shell cannot know. */
type Values = 'none' | 'any' | 'name' | 'plan' | 'file' | 'directory' | string[];

function described(program: Command): { name: string; commands: Described[] } {
  const help = program.createHelp();
  const commands = help.visibleCommands(program).map((command): Described => {
    return {
      name: command.name(),
      description: command.description(),
      options: help.visibleOptions(command).map((option) => ({
        flags: [option.short, option.long].filter((flag) => flag !== undefined),
        description: option.description,
        values: optionValues(option),
      })),
      operands: command.registeredArguments.map(
        (argument) => argument.argChoices ?? (isName(argument.name()) ? 'name' : kindOf(argument.name())),
      ),
    };
  });
  const names = commands.map(({ name }) => name);
  for (const command of commands) if (command.name === 'help') command.operands = [names];
  return { name: program.name(), commands };
}

function optionValues(option: Option): Values {
  if (!option.required && !option.optional) return 'none';
  // The name of a batch that an option asks for is a new one.
  if (option.long === '--wave') return 'name';
  return option.argChoices ?? kindOf(/[<[]([^\]>]+)/.exec(option.flags)?.[1] ?? '');
}

const isName = (argument: string) => ['batch', 'wave', 'server'].includes(argument);

function kindOf(argument: string): Values {
  if (argument === 'plan') return 'plan';
  if (argument === 'dir') return 'directory';
  return argument === 'file' ? 'file' : 'any';
}

/** For a single-quoted text of a shell. */
const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
const flagsOf = ({ options }: Described) => options.flatMap(({ flags }) => flags);

function bashScript(name: string, commands: Described[]): string {
  const functionName = `_${name.replaceAll('-', '_')}`;
  const words = (values: Values) => {
    if (values === 'plan')
      return `IFS=$'\\n'; COMPREPLY=($(compgen -f -X '!*.@(yaml|yml|json)' -- "$cur") $(compgen -d -- "$cur"))`;
    if (values === 'file') return `IFS=$'\\n'; COMPREPLY=($(compgen -f -- "$cur"))`;
    if (values === 'directory') return `IFS=$'\\n'; COMPREPLY=($(compgen -d -- "$cur"))`;
    if (values === 'name') return `${functionName}_names`;
    if (values === 'none' || values === 'any') return ':';
    return `COMPREPLY=($(compgen -W ${quoted(values.join(' '))} -- "$cur"))`;
  };
  const cases = commands.map((command) => {
    const ofOptions = command.options
      .filter(({ values }) => values !== 'none')
      .map(({ flags, values }) => `        ${flags.join('|')}) ${words(values)}; return ;;`);
    return `    ${command.name})
      case "$prev" in
${[...ofOptions, '        *) ;;'].join('\n')}
      esac
      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W ${quoted(flagsOf(command).join(' '))} -- "$cur"))
      else ${words(command.operands[0] ?? 'none')}; fi ;;`;
  });
  return `# bash completion of ${name}; made by '${name} completion bash'
${functionName}() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} IFS=$' \\t\\n'
  local extglob; extglob=$(shopt -p extglob); shopt -s extglob
  COMPREPLY=()
  ${functionName}_words
  eval "$extglob"
}
${functionName}_names() {
  local word
  while IFS= read -r word; do
    if [[ $word == "$cur"* ]]; then COMPREPLY+=("$word"); fi
  done < <(command ${name} __names -- "\${COMP_WORDS[@]:1:COMP_CWORD-1}" 2>/dev/null)
}
${functionName}_words() {
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W ${quoted(`${commands.map((command) => command.name).join(' ')} --help --version`)} -- "$cur"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
  esac
}
complete -o filenames -F ${functionName} ${name}
`;
}

function zshScript(name: string, commands: Described[]): string {
  const functionName = `_${name.replaceAll('-', '_')}`;
  const action = (values: Values) => {
    if (values === 'plan') return `:plan:_files -g "*.(yaml|yml|json)"`;
    if (values === 'file') return ':file:_files';
    if (values === 'directory') return ':directory:_files -/';
    if (values === 'none') return '';
    if (values === 'name') return `:name:${functionName}_names`;
    return values === 'any' ? ':value: ' : `:value:(${values.join(' ')})`;
  };
  // Brackets, colons and backslashes have a meaning for _arguments.
  const plain = (text: string) => text.replace(/[\\[\]:]/g, '\\$&').replace(/\s+/g, ' ');
  const cases = commands.map((command) => {
    const options = command.options.flatMap(({ flags, description, values }) =>
      flags.map((flag) => quoted(`(${flags.join(' ')})${flag}[${plain(description)}]${action(values)}`)),
    );
    const operands = command.operands.map((values, nth) => {
      const isLast = nth === command.operands.length - 1;
      return quoted(`${isLast && nth > 0 ? '*' : nth + 1}${action(values)}`);
    });
    return `    ${command.name}) _arguments ${[...options, ...operands].join(' ')} ;;`;
  });
  const listed = commands.map(
    (command) => `    ${quoted(`${plain(command.name)}:${plain(command.description)}`)}`,
  );
  return `#compdef ${name}
# zsh completion of ${name}; made by '${name} completion zsh'
${functionName}_names() {
  local -a found
  found=("\${(@f)$(command ${name} __names -- "\${(@Q)words[1,CURRENT-1]}" 2>/dev/null)}")
  compadd -a found
}
${functionName}() {
  local -a commands
  commands=(
${listed.join('\n')}
  )
  if ((CURRENT == 2)); then
    if [[ $PREFIX == -* ]]; then compadd -- --help --version; else _describe command commands; fi
    return
  fi
  local command=$words[2]
  shift words
  ((CURRENT--))
  case $command in
${cases.join('\n')}
  esac
}
# As a file of fpath it is the first completion that runs it; sourced, it only registers itself.
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then ${functionName} "$@"; else compdef ${functionName} ${name}; fi
`;
}

function fishScript(name: string, commands: Described[]): string {
  const functionName = `__${name.replaceAll('-', '_')}`;
  const values = (kind: Values) => {
    if (kind === 'plan') return ` -f -a '(${functionName}_plans)'`;
    if (kind === 'directory') return ` -f -a '(__fish_complete_directories)'`;
    if (kind === 'file') return ' -F';
    if (kind === 'name') return ` -f -a '(${functionName}_names)'`;
    return Array.isArray(kind) ? ` -f -a ${fishQuoted(kind.join(' '))}` : '';
  };
  const lines = commands.flatMap((command) => {
    const here = `complete -c ${name} -n '${functionName}_is ${command.name}'`;
    return [
      `complete -c ${name} -n ${functionName}_begins -a ${command.name} -d ${fishQuoted(command.description)}`,
      ...command.options.map(({ flags, description, values: kind }) => {
        const names = flags.map((flag) =>
          flag.startsWith('--') ? ` -l ${flag.slice(2)}` : ` -s ${flag.slice(1)}`,
        );
        const takes = kind === 'none' ? '' : ` -r${values(kind)}`;
        return `${here}${names.join('')}${takes} -d ${fishQuoted(description)}`;
      }),
      ...command.operands
        .slice(0, 1)
        .filter((kind) => kind !== 'any')
        .map((kind) => `${here}${values(kind)}`),
    ];
  });
  return `# fish completion of ${name}; made by '${name} completion fish'
# By its place: a batch may have the name of a command.
function ${functionName}_is
  set -l words (commandline -opc)
  test (count $words) -gt 1; and test $words[2] = $argv[1]
end
function ${functionName}_begins
  test (count (commandline -opc)) -eq 1
end
function ${functionName}_names
  set -l words (commandline -opc)
  command ${name} __names -- $words[2..-1] 2>/dev/null
end
function ${functionName}_plans
  __fish_complete_path (commandline -ct) | string match -er '(?:/|\\.ya?ml|\\.json)(?:\\t|$)'
end
complete -c ${name} -f
complete -c ${name} -n ${functionName}_begins -l help -d 'display help for command'
complete -c ${name} -n ${functionName}_begins -l version -d 'output the version number'
${lines.join('\n')}
`;
}

const fishQuoted = (text: string) => `'${text.replace(/[\\']/g, '\\$&')}'`;
