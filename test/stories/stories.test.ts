import { tellStories } from './tell-stories';

// The same stories each time; STORY_SEED tries others. More of them: npm run stories -- --count 5000 --seed 1
const seed = Number(process.env.STORY_SEED ?? 1);

test.each([0, 1, 2, 3])(
  'whatever is late, lost or repeated, every server ends, no quota is exceeded and whoever waits knows why: stories from %i00 on',
  (hundred) => {
    const { failed } = tellStories(seed + hundred * 100, 100);
    expect(failed).toEqual([]);
  },
);
