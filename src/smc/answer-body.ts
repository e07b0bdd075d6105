import { XMLParser, XMLValidator } from 'fast-xml-parser';

/** The fields of an answer, under the API's names; from XML all values are strings. */
export type AnswerBody = Record<string, unknown>;

/**
 * The fields of an answer in JSON or XML. The requested format and the content type do not matter: a gateway may answer in
 * another format. Undefined when the text is neither, or was cut off.
 */
export function parseAnswerBody(text: string): AnswerBody | undefined {
  const start = text.replace(/^\ufeff/, '').trimStart();
  return start.startsWith('<') ? parseXml(start) : parseJson(start);
}

/** Whether the fields are those of an error, with any HTTP status. */
export function isErrorBody(body: AnswerBody): boolean {
  return typeof body.Code === 'string' && !/^(|200|ok|success)$/i.test(body.Code);
}

/** The title of a page that is no API answer, or else its text, in at most 120 characters. */
export function pageText(text: string): string {
  // A tag ends before the next `<`. Otherwise each `<` of a page full of them would be searched to the end of the page.
  const title = /<title[^<>]*>([^<]*)/i.exec(text)?.[1]?.trim();
  return (title || text.replace(/<[^<>]*>/g, ' ')).trim().replace(/\s+/g, ' ').slice(0, 120);
}

function parseJson(text: string): AnswerBody | undefined {
  try {
    return asFields(JSON.parse(text));
  } catch {
    return undefined;
  }
}

const xml = new XMLParser({
  // `007` and `1e5` may be names: only the schemas of the answers know which fields are numbers.
  parseTagValue: false,
  ignoreAttributes: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
  removeNSPrefix: true,
  // Without this option `&#34;` is not decoded.
  htmlEntities: true,
});

function parseXml(text: string): AnswerBody | undefined {
  try {
    // The parser alone accepts half a document.
    if (XMLValidator.validate(text) !== true) return undefined;
    // SMC: the samples of the reference misspell the root, so its name is ignored.
    const fields = asFields(Object.values(xml.parse(text))[0]);
    // Every answer of the API has one of the two; a page that is well-formed XML by chance has neither.
    return fields && (fields.RequestId !== undefined || isErrorBody(fields)) ? fields : undefined;
  } catch {
    return undefined;
  }
}

const asFields = (value: unknown): AnswerBody | undefined =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as AnswerBody) : undefined;
