import { createHash } from 'node:crypto';
import type { BatchReport } from '../report-schema';
import { statusText } from '../status-text';
import { utcTime } from '../utc-time';
import { costsSection, failuresSection, leftoversSection, notesSection } from './findings';
import { html, trusted } from './markup';
import { pageScript } from './page-script';
import { serverTableSection } from './server-table';
import { stylesheet } from './stylesheet';
import { summarySection } from './summary';
import { timelineSection } from './timeline';

/** The report as one page that needs no other file. It sends no request, and its policy forbids any. */
export function htmlReport(report: BatchReport): string {
  const status = statusText({ ...report, ...report.summary });
  const state = report.soFar ? `${status}, so far` : status;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${report.batch} – smc-batch report</title>
<style>${trusted(stylesheet)}</style>
</head>
<body>
<header><h1>${report.batch}</h1><span class="state">${state}</span><button type="button" id="theme" hidden></button></header>
<main>
${summarySection(report)}
${failuresSection(report)}
${leftoversSection(report)}
${timelineSection(report)}
${costsSection(report)}
${notesSection(report)}
${serverTableSection(report)}
</main>
<footer>Written ${utcTime(report.generatedAt)} by smc-batch. Times are UTC.</footer>
<svg class="defs" aria-hidden="true"><defs><pattern id="failed" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="p-bad" width="5" height="5"/><line class="p-line" y2="5"/></pattern></defs></svg>
<div id="tip" role="presentation" hidden></div>
<script>${trusted(pageScript)}</script>
</body>
</html>
`.text;
}

/** Only our own script may run, even if a text of others were not escaped. */
const policy = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  `script-src 'sha256-${createHash('sha256').update(pageScript).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');
