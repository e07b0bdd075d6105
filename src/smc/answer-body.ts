import { XMLParser, XMLValidator } from 'fast-xml-parser';

/** An answer's fields as the API names them; from XML all leaves are strings. */
export type AnswerBody = Record<string, unknown>;

/**
 * The fields of an answer, JSON or XML whatever was asked for and whatever its content type says: a gateway between
 * answers in its own way. Undefined when the text is neither, or was cut off.
 */
export function parseAnswerBody(text: string): AnswerBody | undefined {
  const start = text.replace(/^\ufeff/, '').trimStart();
  return start.startsWith('<') ? parseXml(start) : parseJson(start);
}

/** Whether the fields tell of an error, be the HTTP status what it may. */
export function isErrorBody(body: AnswerBody): boolean {
  return typeof body.Code === 'string' && !/^(|200|ok|success)$/i.test(body.Code);
}

/** What a page that is no API answer says, in at most 120 characters: its title, else its text. */
export function pageText(text: string): string {
  // A tag ends before the next `<`, else a page of nothing but `<` would be searched to its end for each of them.
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
  // `007` and `1e5` may be names: the answers' schemas know which fields are numbers.
  parseTagValue: false,
  ignoreAttributes: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
  removeNSPrefix: true,
  // Without it `&#34;` stays as it is.
  htmlEntities: true,
});

function parseXml(text: string): AnswerBody | undefined {
  try {
    // The parser alone takes half a document for a whole one.
    if (XMLValidator.validate(text) !== true) return undefined;
    // SMC: the reference's own samples misspell the root, so its name says nothing.
    const fields = asFields(Object.values(xml.parse(text))[0]);
    // A page that is well-formed by chance has neither; every answer of the API has one.
    return fields && (fields.RequestId !== undefined || isErrorBody(fields)) ? fields : undefined;
  } catch {
    return undefined;
  }
}

const asFields = (value: unknown): AnswerBody | undefined =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as AnswerBody) : undefined;
