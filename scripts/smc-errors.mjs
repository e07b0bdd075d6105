// Writes docs/smc-errors.md from the client's own table of errors; with --check only says whether the file is stale.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const built = join(root, 'dist/src/smc/error-table.js');
const target = join(root, 'docs/smc-errors.md');

if (!existsSync(built)) {
  console.error('smc-errors: build first: npx tsc -p tsconfig.build.json');
  process.exit(1);
}
const { smcErrorClasses, smcErrorRules } = createRequire(import.meta.url)(built);
const page = errorsPage(smcErrorClasses, smcErrorRules);

if (!process.argv.includes('--check')) {
  writeFileSync(target, page);
} else if (!existsSync(target) || readFileSync(target, 'utf8') !== page) {
  console.error('docs/smc-errors.md is stale: run node scripts/smc-errors.mjs');
  process.exit(1);
}

function errorsPage(classes, rules) {
  const rows = [...rules]
    .sort((a, b) => (a.code < b.code ? -1 : 1))
    .map((rule) => [`\`${rule.code}\``, rule.class, classes[rule.class], rule.remedy]);
  return `<!-- Written by node scripts/smc-errors.mjs from src/smc/error-table.ts: edit that. -->
# Errors of SMC, and what to do

smc-batch judges an error by its code, never by the HTTP status alone: SMC throttles with a 400. Where several rows match a
code, the longest counts (\`*\` stands for any ending). A code that is not listed is transient when it came with HTTP 5xx, the
account's when it came with 401 or 403 (unless it names a resource or a parameter), else fatal; its message is shown whole, with the RequestId for a ticket.

${table(['code', 'class', 'what smc-batch does', 'what you can do'], rows)}

An \`account\` error is nobody's failure: wrong, missing or expired credentials, a missing permission or role, an account that is
not paid or not verified. The call is repeated every 10 to 60 seconds without end, costs no attempt and deletes nothing; hardly
any more servers are started in that time. The batch says so on top of every view, in its journal and by webhook, and goes on by
itself. Only before a batch has begun, or in the look-up of a changed plan, it is an error at once. A worker takes no work before
one call of its own has succeeded.

A job in status InError carries a code of its own. smc-batch starts such a job again, up to the plan's \`attempts\`, then
cleans up and reports the code with the remedy above.

A job in a status that this version does not know is watched like one that runs. Only when it has not moved for the plan's
\`stallTimeout\` its server fails with \`UnknownStatus\`, and the job is left as it is.

Codes that smc-batch itself gives: \`CredentialsMissing\`, \`CredentialsUnavailable\`, \`NetworkError\`, \`UnreadableAnswer\`,
\`UnknownStatus\`, \`SourceServer.NotFound\`, \`SourceServer.Ambiguous\`, \`SourceServer.InUse\`, \`SourceServer.Replaced\`, and
\`InvalidParameter\` for a request that breaks the API's rules and so is not sent.
`;
}

// Columns of even width, as the formatter wants them.
function table(head, rows) {
  const lines = [head, ...rows].map((cells) => cells.map((text) => text.replaceAll('|', '\\|')));
  const widths = head.map((_, i) => Math.max(...lines.map((cells) => cells[i].length)));
  lines.splice(
    1,
    0,
    widths.map((width) => '-'.repeat(width)),
  );
  return lines.map((cells) => `| ${cells.map((text, i) => text.padEnd(widths[i])).join(' | ')} |`).join('\n');
}
