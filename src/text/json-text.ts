// JSON writes these as they are, and a terminal or a log takes them for orders.
const steering = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** The JSON document of a value, for people's eyes too: the same value to every reader, and no raw control character. */
export const jsonText = (value: unknown): string => `${escaped(JSON.stringify(value, null, 2))}\n`;

/** A text as JSON, and as YAML, has it. */
export const quotedText = (text: string): string => escaped(JSON.stringify(text));

const escaped = (json: string) =>
  json.replace(steering, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
