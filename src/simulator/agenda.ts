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

/** What is due, earliest first; a binary heap. Entries are never removed: a void one is told by its owner's {@link Due}. */
export class Agenda {
  #heap: (DueEntry & { order: number })[] = [];
  #order = 0;

  add(entry: DueEntry): void {
    const heap = this.#heap;
    heap.push({ ...entry, order: this.#order++ });
    let child = heap.length - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!this.#before(child, parent)) break;
      this.#swap(child, parent);
      child = parent;
    }
  }

  /** Takes the earliest entry that is due by then. */
  takeDue(now: number): DueEntry | undefined {
    const heap = this.#heap;
    const first = heap[0];
    if (first === undefined || first.at > now) return undefined;
    const last = heap.pop()!;
    if (heap.length > 0) {
      heap[0] = last;
      let parent = 0;
      for (;;) {
        let least = parent;
        for (const child of [2 * parent + 1, 2 * parent + 2]) {
          if (child < heap.length && this.#before(child, least)) least = child;
        }
        if (least === parent) break;
        this.#swap(parent, least);
        parent = least;
      }
    }
    return first;
  }

  #before(a: number, b: number): boolean {
    const left = this.#heap[a]!;
    const right = this.#heap[b]!;
    return left.at < right.at || (left.at === right.at && left.order < right.order);
  }

  #swap(a: number, b: number): void {
    const heap = this.#heap;
    [heap[a], heap[b]] = [heap[b]!, heap[a]!];
  }
}
