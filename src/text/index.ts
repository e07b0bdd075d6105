/** Texts that others wrote (names, messages, tags) on their way out: to a terminal, a log, a spreadsheet, a shell. Pure functions. */
export { byName } from './by-name';
export { counted, verbOf } from './counted';
export { toCsv } from './csv';
export { bytesOf, cutText } from './cut-text';
export { didYouMean, nearestName } from './did-you-mean';
export { clip, displayWidth, inColumns, padded } from './display-width';
export { accountTroubleLine, failureLine, failureText } from './failure-text';
export { jsonText, quotedText } from './json-text';
export { isPrintable, plainLine, plainTexts, printable, printableInPlace, terminalLine } from './plain-text';
export { shellWord, smcBatchCommand } from './shell-command';
export { type Column, tableLines } from './table';
export { reflowed, wrapped } from './wrap';
