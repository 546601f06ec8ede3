import type { Json } from "./json.ts";
import { shortened } from "./text.ts";

/**
 * Parses JSON that a person wrote. Throws an `Error` also for what `JSON.parse` loses without a word, naming the place: a number that would be
 * read as another, and all but the last of several members with one name.
 */
export function parseWrittenJson(text: string): Json {
  const value = JSON.parse(text) as Json;
  const loss = lossIn(text);
  if (loss !== undefined) throw new Error(loss);
  return value;
}

/** What a walk is in: a list, or an object with the names it has so far. `at`: the index or name that it has come to. */
interface Container {
  readonly names: Set<string> | undefined;
  at: string | number;
  expectsName: boolean;
}

/** What JSON consists of, save what says nothing here: colons, space, and `true`, `false` and `null`. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*|[{}[\],]/g;

/** The first loss in a text that is JSON. Keeps its own stack, as JSON may nest deeper than calls. */
function lossIn(text: string): string | undefined {
  const open: Container[] = [];
  for (const [token] of text.matchAll(TOKEN)) {
    const loss = /[{}[\],]/.test(token[0] ?? "") ? enter(token, open) : lossOf(token, open);
    if (loss !== undefined) return loss;
  }
  return undefined;
}

function enter(token: string, open: Container[]): undefined {
  const within = open.at(-1);
  if (token === "{") open.push({ names: new Set(), at: "", expectsName: true });
  else if (token === "[") open.push({ names: undefined, at: 0, expectsName: false });
  else if (token !== ",") open.pop();
  else if (typeof within?.at === "number") within.at++;
  else if (within !== undefined) within.expectsName = true;
}

function lossOf(token: string, open: readonly Container[]): string | undefined {
  const within = open.at(-1);
  if (!token.startsWith('"'))
    return isKept(token) ? undefined : `${placeOf(open)} is ${shortened(token)}, and would be read as ${Number(token)}; write it as text`;
  if (within?.names === undefined || !within.expectsName) return undefined;
  within.at = JSON.parse(token) as string;
  within.expectsName = false;
  if (within.names.has(within.at)) return `${placeOf(open)} is given twice`;
  within.names.add(within.at);
  return undefined;
}

function placeOf(open: readonly Container[]): string {
  const place = open.map(({ at }) => (typeof at === "number" ? `[${at}]` : `.${at}`)).join("");
  return place === "" ? "the number" : shortened(place.replace(/^\./, ""));
}

/** True when the number that is read is written as this text, but for zeros and the exponent. */
function isKept(number: string): boolean {
  const read = Number(number);
  return Number.isFinite(read) && decimal(number) === decimal(String(read));
}

/** Significant digits and the power of ten of the last: `1.50e2` and `150` are both `15e1`. */
function decimal(number: string): string {
  const [mantissa = "", exponent = "0"] = number.replace(/^-/, "").toLowerCase().split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  const digits = whole + fraction;
  let [start, end] = [0, digits.length];
  while (digits[start] === "0") start++;
  while (end > start && digits[end - 1] === "0") end--;
  return start === end ? "0" : `${digits.slice(start, end)}e${Number(exponent) - fraction.length + digits.length - end}`;
}
