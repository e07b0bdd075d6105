import { quotaDetails } from '../../../workflows/quota/details';
import { hearCensus } from '../../../workflows/quota/hear';
import { newQuota } from '../../../workflows/quota/state';

test('the page of a quota that was lost names the batches that it waits for', () => {
  const state = hearCensus(newQuota('q-1', 0), ['dc1', 'dc2'], 0);
  expect(quotaDetails('a', state, 0)).toContain(
    'No slots are dealt before these batches have reported: dc1, dc2.',
  );
});
