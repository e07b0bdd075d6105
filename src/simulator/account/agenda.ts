import TinyQueue from 'tinyqueue';

/** An event that happens to a source or a job at its time, without a call. */
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

/** When each event of an owner is due, in virtual ms. An entry of the agenda with another time is void. */
export type Due = Partial<Record<DueKind, number>>;

/** One entry of the agenda. */
export interface DueEntry {
  at: number;
  kind: DueKind;
  /** Id of the source or job. */
  owner: string;
}

type Ordered = DueEntry & { order: number };

/** The events of the account, earliest first. No entry is removed early: the owner's {@link Due} shows which ones are void. */
export class Agenda {
  readonly #queue = new TinyQueue<Ordered>([], (a, b) => a.at - b.at || a.order - b.order);
  #order = 0;

  add(entry: DueEntry): void {
    this.#queue.push({ ...entry, order: this.#order++ });
  }

  /** Takes the earliest entry that is due at this time. */
  takeDue(now: number): DueEntry | undefined {
    const first = this.#queue.peek();
    return first !== undefined && first.at <= now ? this.#queue.pop() : undefined;
  }
}
