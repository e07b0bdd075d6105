import TinyQueue from 'tinyqueue';

/** Something that happens to a source or a job by the clock alone. */
export type DueKind =
  | 'autoStart'
  | 'runEnd'
  | 'nextRun'
  | 'expire'
  | 'purge'
  | 'gone'
  | 'offline'
  | 'online'
  | 'foreignJobs';

/** When each thing is due, in virtual ms. An owner keeps its own; an entry of the agenda that disagrees is void. */
export type Due = Partial<Record<DueKind, number>>;

/** One entry of the agenda. */
export interface DueEntry {
  at: number;
  kind: DueKind;
  /** Id of the source or job. */
  owner: string;
}

type Ordered = DueEntry & { order: number };

/** What is due, earliest first. Entries are never removed: a void one is told by its owner's {@link Due}. */
export class Agenda {
  readonly #queue = new TinyQueue<Ordered>([], (a, b) => a.at - b.at || a.order - b.order);
  #order = 0;

  add(entry: DueEntry): void {
    this.#queue.push({ ...entry, order: this.#order++ });
  }

  /** Takes the earliest entry that is due by then. */
  takeDue(now: number): DueEntry | undefined {
    const first = this.#queue.peek();
    return first !== undefined && first.at <= now ? this.#queue.pop() : undefined;
  }
}
