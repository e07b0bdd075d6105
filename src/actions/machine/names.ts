import type { Client } from '@temporalio/client';
import type { Argument, Command, Option } from 'commander';
import { batchWorkflowId } from '../../../workflows/contract/ids';
import { namesQuery, type ServerPhase } from '../../../workflows/contract/views';
import { batchClient } from '../../batch-client/batch-client';
import { batchNames } from '../../batch-client/names';
import { connectClient, temporalSettings } from '../../temporal';
import { isPrintable } from '../../text';

/** A name that may come next on the command line. */
export type NameWanted =
  | { kind: 'batch'; running: boolean }
  | { kind: 'wave'; batch: string }
  /** Of an order: those in the phases that it fits. */
  | { kind: 'server'; batch: string; phases?: ServerPhase[] };

/** Since the process began: who has pressed Tab does not wait longer. */
const patienceMs = 1_000;
/** On a slow machine the program's own start takes most of that; the question still gets this much. */
const leastMs = 700;

/**
 * Prints the names that may come next, one per line. It ends the process after a second: without a Temporal server, a
 * worker or an answer it prints nothing, and no complaint.
 */
export async function names(words: readonly string[], program: Command): Promise<void> {
  const wanted = wantedName(words, program);
  const end = () => process.exit();
  setTimeout(end, Math.max(leastMs, patienceMs - performance.now()));
  try {
    const client = await connectClient(temporalSettings(), { refusedMs: 0, silentMs: patienceMs });
    const found = wanted ? await namesOf(client, wanted) : [];
    process.stdout.write(
      found
        .filter(isPrintable)
        .map((name) => `${name}\n`)
        .join(''),
      end,
    );
  } catch {
    end();
  }
}

/** The names that Temporal knows of this kind. */
export async function namesOf(client: Client, wanted: NameWanted): Promise<string[]> {
  if (wanted.kind === 'batch') return batchNames(client, wanted);
  if (wanted.kind === 'server' && wanted.phases) {
    const { phases } = wanted;
    return (await batchClient(client, wanted.batch).servers({ phases })).map(({ server }) => server);
  }
  const { waves, servers } = await client.workflow.getHandle(batchWorkflowId(wanted.batch)).query(namesQuery);
  return wanted.kind === 'wave' ? waves : servers;
}

/** What may come after these words, where it is a name that Temporal knows. */
export function wantedName([name, ...words]: readonly string[], program: Command): NameWanted | undefined {
  const command = program.commands.find((one) => one.name() === name);
  if (!command) return undefined;
  const { operands, openOption } = read(words, command);
  const [batch] = operands;
  if (openOption) {
    const isWave = openOption.long === '--wave';
    return isWave && batch !== undefined ? { kind: 'wave', batch } : undefined;
  }
  const kind = argumentAt(command, operands.length)?.name();
  if (kind === 'batch') return { kind, running: takesOrders(command) };
  if (batch === undefined) return undefined;
  if (kind === 'server') return { kind, batch, phases: phasesOfOrder[command.name()] };
  return kind === 'wave' ? { kind, batch } : undefined;
}

const underWay: ServerPhase[] = ['migrating', 'recovering', 'queued', 'synced', 'finishing'];

/** The servers that an order can be for; a pause and a resume are for any. */
const phasesOfOrder: Record<string, ServerPhase[] | undefined> = {
  retry: ['failed', 'cancelled'],
  skip: ['waiting', 'failed', 'cancelled'],
  cutover: ['synced'],
  cancel: ['waiting', ...underWay],
};

/** Orders are for batches that run; the other commands show those that have ended, too. */
const takesOrders = (command: Command) =>
  ['approve', 'cancel', 'cutover', 'limits', 'pause', 'resume', 'retry', 'skip'].includes(command.name());

function argumentAt({ registeredArguments }: Command, nth: number): Argument | undefined {
  const last = registeredArguments.at(-1);
  return registeredArguments[nth] ?? (last?.variadic ? last : undefined);
}

/** The operands so far, and the option whose value comes next. */
function read(words: readonly string[], command: Command): { operands: string[]; openOption?: Option } {
  const operands: string[] = [];
  let openOption: Option | undefined;
  for (const [at, word] of words.entries()) {
    if (word === '--') return { operands: [...operands, ...words.slice(at + 1)] };
    if (word.startsWith('-')) {
      const option = command.options.find(({ short, long }) => word === short || word === long);
      openOption = option?.required || option?.optional ? option : undefined;
    } else if (!openOption) operands.push(word);
    else if (!openOption.variadic) openOption = undefined;
  }
  return { operands, openOption };
}
