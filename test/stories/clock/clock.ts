import TinyQueue from 'tinyqueue';

interface Appointment {
  at: number;
  nth: number;
  what: string;
  act: () => void;
}

/** Virtual time: what is due next happens next, however long that takes. */
export class Clock {
  private readonly agenda = new TinyQueue<Appointment>([], (a, b) => a.at - b.at || a.nth - b.nth);
  private nth = 0;
  /** What happens now, for a trace. */
  what = '';

  constructor(public now: number) {}

  at(at: number, what: string, act: () => void): void {
    this.agenda.push({ at: Math.max(at, this.now), nth: this.nth++, what, act });
  }

  after(ms: number, what: string, act: () => void): void {
    this.at(this.now + ms, what, act);
  }

  /** When the next thing is due; undefined when nothing is. */
  get nextAt(): number | undefined {
    return this.agenda.peek()?.at;
  }

  /** Lets the next thing happen. */
  step(): void {
    const next = this.agenda.pop()!;
    this.now = next.at;
    this.what = next.what;
    next.act();
  }
}

/** What a process waits for: a moment, or a change that it is poked about. */
export interface Wait {
  at?: number;
  for?: () => boolean;
}

/** A process tells what it waits for, and hears whether the change has come. */
export type Process<R> = Generator<Wait, R, boolean>;

/** A process under way on virtual time. */
export class Task<R> {
  isOver = false;
  /** Called whenever it goes on. */
  onTurn: () => void = () => undefined;
  private turn = 0;
  private isAtWork = false;
  private wait: Wait = {};

  constructor(
    private readonly clock: Clock,
    private readonly what: string,
    private readonly process: Process<R>,
    private readonly then: (result: R) => void,
  ) {}

  begin(): this {
    this.go(true);
    return this;
  }

  /** Something may have changed. */
  poke(): void {
    // At work it finds out by itself what has changed.
    if (!this.isOver && !this.isAtWork && this.wait.for?.()) this.go(true);
  }

  kill(): void {
    this.isOver = true;
    this.turn++;
  }

  private go(hasCome: boolean): void {
    const turn = ++this.turn;
    this.onTurn();
    this.isAtWork = true;
    const { done, value } = this.process.next(hasCome);
    this.isAtWork = false;
    if (this.turn !== turn) return;
    if (done) {
      this.isOver = true;
      this.then(value as R);
      return;
    }
    this.wait = value as Wait;
    if (this.wait.for?.()) this.clock.after(0, this.what, () => turn === this.turn && this.go(true));
    else if (this.wait.at !== undefined)
      this.clock.at(this.wait.at, this.what, () => turn === this.turn && this.go(false));
  }
}
