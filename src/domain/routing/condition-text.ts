import { type Condition, OPERATORS } from "../../../schema/config/condition.ts";
import type { Json } from "../../../schema/json.ts";
import type { Trace, Wanted } from "./condition.ts";

/** A condition as a person would say it: `$.data.total gte 100 and not ($.data.test exact true)`. */
export function conditionText(condition: Condition): string {
  return phraseOf(condition).text;
}

/** Why a condition held or did not: every comparison, with what was found in the event. `$.data.total gte 100 [no: 99]`. */
export function traceText(trace: Trace): string {
  return phraseOfTrace(trace).text;
}

/** `joined`: has to stand in brackets among others. */
interface Phrase {
  readonly text: string;
  readonly joined: boolean;
}

function phraseOf(condition: Condition): Phrase {
  if ("allOf" in condition) return join(condition.allOf.map(phraseOf), "and");
  if ("anyOf" in condition) return join(condition.anyOf.map(phraseOf), "or");
  if ("not" in condition) return negated(phraseOf(condition.not));
  return { text: comparisonText(condition.path, condition), joined: false };
}

function phraseOfTrace(trace: Trace): Phrase {
  switch (trace.kind) {
    case "allOf":
      return join(trace.of.map(phraseOfTrace), "and");
    case "anyOf":
      return join(trace.of.map(phraseOfTrace), "or");
    case "not":
      return negated(phraseOfTrace(trace.of));
    case "path":
      return {
        text: `${comparisonText(trace.path, trace.wanted)} [${trace.held ? "yes" : "no"}: ${foundText(trace)}]`,
        joined: false,
      };
    default:
      return trace satisfies never;
  }
}

function join(parts: readonly Phrase[], word: "and" | "or"): Phrase {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  return { text: parts.map(({ text, joined }) => (joined ? `(${text})` : text)).join(` ${word} `), joined: true };
}

function negated({ text }: Phrase): Phrase {
  return { text: `not (${text})`, joined: false };
}

/** `$.data.total gte 100 lt 500`. */
function comparisonText(path: string, wanted: Wanted): string {
  const said = OPERATORS.filter((operator) => wanted[operator] !== undefined);
  return [path, ...said.map((operator) => `${operator} ${JSON.stringify(wanted[operator])}`)].join(" ");
}

const SHOWN_VALUES = 5;
const SHOWN_CHARACTERS = 80;

function foundText({ found, more, tooCostly }: Extract<Trace, { kind: "path" }>): string {
  if (tooCostly === true) return "it takes more work on this event than a path may";
  if (found.length === 0) return "nothing";
  const others = found.length - SHOWN_VALUES;
  const rest = others > 0 ? ` and ${more === true ? "more than " : ""}${others} more` : "";
  return `${found.slice(0, SHOWN_VALUES).map(shortJson).join(", ")}${rest}`;
}

function shortJson(value: Json): string {
  let text = "";
  for (const piece of piecesOf(value)) {
    text += piece;
    if (text.length > SHOWN_CHARACTERS) return `${text.slice(0, SHOWN_CHARACTERS)}…`;
  }
  return text;
}

/** JSON text piece by piece, as what is shown is its start: a route may find the whole of an event, and there may be a thousand of them. */
function* piecesOf(value: Json): Generator<string> {
  if (typeof value === "string") yield JSON.stringify(value.slice(0, SHOWN_CHARACTERS + 1).toWellFormed());
  else if (typeof value !== "object" || value === null) yield JSON.stringify(value);
  else if (Array.isArray(value)) yield* enclosed("[]", value.entries(), () => "");
  else
    yield* enclosed(
      "{}",
      Object.entries(value as Record<string, Json>),
      (name) => `${JSON.stringify(name.slice(0, SHOWN_CHARACTERS).toWellFormed())}:`,
    );
}

function* enclosed<Key>([open, close]: string, members: Iterable<readonly [Key, Json]>, nameOf: (key: Key) => string): Generator<string> {
  let before = open;
  for (const [key, member] of members) {
    yield `${before}${nameOf(key)}`;
    yield* piecesOf(member);
    before = ",";
  }
  yield before === "," ? (close ?? "") : `${open}${close}`;
}
