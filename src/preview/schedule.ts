/** One server to schedule. */
export interface ServerLength {
  name: string;
  wave: string;
  seconds: number;
  /** Servers that must have ended before; those that are not scheduled count as ended. */
  dependsOn?: readonly string[];
  /** Servers that share a group never run at the same time. */
  exclusive?: string;
  /** It does not start before, in seconds from the start of the batch. */
  notBeforeSeconds?: number;
  /** Its job stays in the account after its first sync, until it is cut over. */
  staysAfterwards?: boolean;
}

/** When a wave runs, in seconds from the start of the batch. */
export interface WaveSpan {
  name: string;
  servers: number;
  startSeconds: number;
  endSeconds: number;
}

export interface Schedule {
  waves: WaveSpan[];
  totalSeconds: number;
  peakRunning: number;
  peakExisting: number;
}

/**
 * List scheduling as the batch does it: waves in order, longest first within a wave, a slot given anew as soon as it
 * is free. `slots` is at least 1. Approvals, windows and failures are left out.
 */
export function scheduleServers(
  waves: readonly { name: string; overlap: boolean }[],
  servers: readonly ServerLength[],
  slots: number,
): Schedule {
  const queues = waves.map(({ name, overlap }) => {
    const waiting = servers.filter(({ wave }) => wave === name).sort((a, b) => b.seconds - a.seconds);
    return {
      overlap,
      waiting,
      left: waiting.length,
      servers: waiting.length,
      startSeconds: -1,
      endSeconds: 0,
    };
  });
  const pending = new Set(servers.map(({ name }) => name));
  const running: { server: ServerLength; wave: number; endsAt: number }[] = [];
  const groups = new Set<string>();
  // The next one last.
  const startTimes = servers.flatMap(({ notBeforeSeconds }) => notBeforeSeconds || []).sort((a, b) => b - a);
  let now = 0;
  let staying = 0;
  const peak = { running: 0, existing: 0 };

  const isFree = ({ dependsOn, exclusive, notBeforeSeconds = 0 }: ServerLength) =>
    notBeforeSeconds <= now &&
    !dependsOn?.some((name) => pending.has(name)) &&
    !(exclusive && groups.has(exclusive));
  const start = (wave: number, position: number) => {
    const [server] = queues[wave]!.waiting.splice(position, 1);
    if (queues[wave]!.startSeconds < 0) queues[wave]!.startSeconds = now;
    if (server!.exclusive) groups.add(server!.exclusive);
    running.push({ server: server!, wave, endsAt: now + server!.seconds });
  };
  const end = ({ server, wave }: (typeof running)[number]) => {
    const queue = queues[wave]!;
    pending.delete(server.name);
    if (server.exclusive) groups.delete(server.exclusive);
    if (server.staysAfterwards) staying++;
    if (--queue.left === 0) queue.endSeconds = now;
  };

  for (;;) {
    for (const wave of openWaves(queues)) {
      while (running.length < slots) {
        const next = queues[wave]!.waiting.findIndex(isFree);
        if (next < 0) break;
        start(wave, next);
      }
      // Nobody of a wave may still wait when the next one starts beside its stragglers.
      if (queues[wave]!.waiting.length > 0) break;
    }
    while (startTimes.length > 0 && startTimes.at(-1)! <= now) startTimes.pop();
    // A circle of dependencies, which a valid plan does not have, would wait for ever.
    if (running.length === 0 && startTimes.length === 0) break;
    peak.running = Math.max(peak.running, running.length);
    peak.existing = Math.max(peak.existing, running.length + staying);
    now = running.reduce(
      (first, { endsAt }) => Math.min(first, endsAt),
      startTimes.at(-1) ?? Number.POSITIVE_INFINITY,
    );
    for (let i = running.length - 1; i >= 0; i--)
      if (running[i]!.endsAt <= now) end(running.splice(i, 1)[0]!);
  }
  return {
    waves: waves.map(({ name }, i) => {
      const { servers: count, startSeconds, endSeconds } = queues[i]!;
      return { name, servers: count, startSeconds: Math.max(0, startSeconds), endSeconds };
    }),
    totalSeconds: now,
    peakRunning: peak.running,
    peakExisting: peak.existing,
  };
}

/** The first wave that has not ended, and those that may overlap it. */
function openWaves(queues: { overlap: boolean; left: number }[]): number[] {
  const first = queues.findIndex(({ left }) => left > 0);
  if (first < 0) return [];
  const open = [first];
  for (let wave = first + 1; wave < queues.length && queues[wave]!.overlap; wave++) open.push(wave);
  return open;
}
