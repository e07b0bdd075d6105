import { tellStory } from './plot/story';

/** What came of many stories. */
export interface Stories {
  told: number;
  steps: number;
  seen: Record<string, number>;
  failed: { seed: number; rule: string; what: string }[];
}

/** Tells stories from `seed` on, each by its own number; no more after so many have failed. */
export function tellStories(seed: number, count: number, { mostFailed = 5 } = {}): Stories {
  const stories: Stories = { told: 0, steps: 0, seen: {}, failed: [] };
  for (let i = 0; i < count && stories.failed.length < mostFailed; i++) {
    const one = seed + i;
    stories.told++;
    try {
      const { steps, seen } = tellStory(one);
      stories.steps += steps;
      for (const [what, times] of seen) stories.seen[what] = (stories.seen[what] ?? 0) + times;
    } catch (error) {
      stories.failed.push({ seed: one, ...ruleOf(error) });
    }
  }
  return stories;
}

/** One story, line by line. */
export function traceStory(
  seed: number,
  print: (line: string) => void,
): { failed?: { rule: string; what: string } } {
  try {
    tellStory(seed, print);
    return {};
  } catch (error) {
    return { failed: ruleOf(error) };
  }
}

/** What the product throws breaks a rule, too. */
export function ruleOf(error: unknown): { rule: string; what: string } {
  if (error instanceof Error && 'rule' in error) return { rule: String(error.rule), what: error.message };
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { rule: 'nothing is thrown', what };
}
