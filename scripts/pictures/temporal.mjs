import { join } from 'node:path';

/** The Temporal UI: the list, a batch and a server each in three states. */
export async function temporalPictures(shot, { uiUrl }, images) {
  const workflows = `${uiUrl}/namespaces/default/workflows`;
  const page = (id, tab = '') => `${workflows}/${encodeURIComponent(id)}${tab}`;
  const query = encodeURIComponent('WorkflowType = "batch" OR SmcBatch IN ("erp-move", "shop-move")');
  await shot(`${workflows}?query=${query}`, join(images, 'temporal-list.png'), {
    height: 560,
    ready: seen('smc-batch:demo'),
  });
  for (const [state, batch, server] of [
    ['failed', 'demo', 'web-11'],
    ['waiting', 'shop-move', 'shop-01'],
    ['running', 'erp-move', 'erp-02'],
  ]) {
    const id = `smc-batch:${batch}`;
    await shot(page(id), join(images, `temporal-batch-${state}.png`), {
      ready: async (tab) => {
        await seen(id)(tab);
        // Of one that has ended the UI shows no details: its message is its result.
        if (state === 'failed') return;
        await tab.getByText('User Metadata').click();
        await tab.waitForTimeout(1_500);
      },
    });
    if (state === 'waiting') continue;
    const ofServer = `smc-server:${batch}/${server}`;
    await shot(page(ofServer), join(images, `temporal-server-${state}.png`), {
      ready: seen(ofServer),
    });
  }
  await shot(page('smc-server:erp-move/erp-01'), join(images, 'temporal-server-migrating.png'), {
    ready: seen('smc-server:erp-move/erp-01'),
  });
}

/** Waits until the page shows this text, and what it loads after it. */
const seen = (text) => async (tab) => {
  await tab.getByText(text).first().waitFor();
  await tab.waitForLoadState('networkidle').catch(() => {});
  await tab.waitForTimeout(1_500);
};
