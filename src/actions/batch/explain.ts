import { serverWorkflowId } from '../../../workflows/contract/ids';
import { fact, factLines, nowLine } from '../../batch-client/look/explain-text';
import { explanationOf } from '../../batch-client/look/explanation';
import { withClient } from '../../batch-client/session';
import { temporalUiUrl, workflowUrl } from '../../batch-client/temporal-ui';
import { withInstanceHours, zonedTime } from '../../report';
import { colors, type OutputFormat, printer, printJson } from '../../terminal/output';
import { plainTexts } from '../../text';

/** Tells why a server is where it is, and what to type next. */
export async function explain(batch: string, server: string, output: OutputFormat): Promise<void> {
  await withClient(async (client, settings) => {
    const { server: explanation, pending, journal, now } = await explanationOf(client, batch, server);
    const ui = await temporalUiUrl(client, settings);
    const url =
      ui && explanation.startedAt
        ? workflowUrl(ui, settings.namespace, serverWorkflowId(batch, server))
        : undefined;
    if (output === 'json')
      return printJson({ ...withInstanceHours(explanation, now), pending, journal, url });
    const print = printer(output);
    for (const line of factLines(plainTexts(explanation), now, colors())) print(line);
    for (const attempt of pending) print(nowLine(attempt, now));
    for (const { at, by, what } of journal) print(fact('journal', `${zonedTime(at)} ${by}: ${what}`));
    if (url) print(fact('workflow', url));
  });
}
