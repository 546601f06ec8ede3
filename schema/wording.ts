import { distance } from "fastest-levenshtein";
import * as z from "zod";
import { shortened } from "./text.ts";

const LONGEST_WORD = 200;

/** `; did you mean "x"?` when a candidate is close enough to be a slip of the keyboard, else nothing. */
export function didYouMean(given: string, candidates: readonly string[]): string {
  if (given.length > LONGEST_WORD) return "";
  let nearest: { readonly name: string; readonly slips: number; readonly longer: number } | undefined;
  for (const name of candidates) {
    const [slips, longer] = [distance(given, name), Math.abs(name.length - given.length)];
    if (nearest === undefined || slips < nearest.slips || (slips === nearest.slips && longer < nearest.longer)) {
      nearest = { name, slips, longer };
    }
  }
  return nearest !== undefined && nearest.slips <= slipsIn(given) ? `; did you mean "${nearest.name}"?` : "";
}

/** How many characters of a word may be wrong before it is another word. */
function slipsIn(word: string): number {
  return word.length < 4 ? word.length - 1 : Math.max(2, Math.floor(word.length / 3));
}

/** An object that refuses unknown keys by name and suggests the one that was meant. */
export function closedObject<Shape extends z.ZodRawShape>(shape: Shape) {
  const allowed = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue) => (issue.code === "unrecognized_keys" ? unknownKeys(issue.keys, allowed) : undefined),
  });
}

/** Unknown fields that are named: there may be hundreds of thousands. */
const NAMED_FIELDS = 5;

function unknownKeys(keys: readonly string[], allowed: readonly string[]): string {
  const named = keys.slice(0, NAMED_FIELDS).map((key) => `unknown field "${shortened(key)}"${didYouMean(key, allowed)}`);
  const others = keys.length > named.length ? [`and ${keys.length - named.length} more`] : [];
  return `${[...named, ...others].join(", ")} (allowed: ${allowed.join(", ")})`;
}

/** One thing that is wrong with an input: where, and what to do about it. */
export interface Issue {
  /** Dotted: `routes.2.where.allOf.0.gte`; empty for the whole input. */
  readonly path: string;
  readonly message: string;
}

/** Every issue of a failed parse in words a person can act on. Unions speak for the branch that came closest. */
export function issuesOf(error: z.ZodError): Issue[] {
  return error.issues.flatMap((issue) => unfold(issue, [])).map(({ path, message }) => ({ path: path.map(String).join("."), message }));
}

/** `path: message`, or the message alone when the whole input is meant. */
export function issueText({ path, message }: Issue): string {
  return path === "" ? message : `${path}: ${message}`;
}

/** Shown of what there may be thousands of. */
const SHOWN_ISSUES = 20;
const SHOWN_NAMES = 50;

/** The first issues in one sentence, and how many more there are. */
export function issuesText(issues: readonly Issue[]): string {
  return firstOf(issues.map(issueText), SHOWN_ISSUES).join("; ");
}

/** The first names of a list, and how many more there are. */
export function namesText(names: readonly string[]): string {
  return firstOf(names, SHOWN_NAMES).join(", ");
}

function firstOf(texts: readonly string[], count: number): readonly string[] {
  return texts.length <= count ? texts : [...texts.slice(0, count), `and ${texts.length - count} more`];
}

/** Parse options that make zod speak as the rest of the hub does. */
export const inWords: { error: z.core.$ZodErrorMap } = { error: (issue) => wording(issue) };

const ARTICLES: Record<string, string> = {
  array: "an array",
  object: "an object",
  record: "an object",
  int: "a whole number",
  date: "a date",
};

function wording(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      return `expected ${ARTICLES[issue.expected] ?? `a ${issue.expected}`}${issue.input === undefined ? ", it is missing" : ""}`;
    case "invalid_value":
      return oneOf(issue.values.map(String), issue.input);
    case "too_small":
      return `must be at least ${bound(issue.minimum, issue.origin)}`;
    case "too_big":
      return `must be at most ${bound(issue.maximum, issue.origin)}`;
    case "invalid_key":
      return issue.issues.map(({ message }) => message).join("; ");
    default:
      return undefined;
  }
}

/** `5`, `128 characters`, `1 entry`. */
function bound(limit: number | bigint, origin: string): string {
  if (origin === "string") return `${limit} ${limit === 1 ? "character" : "characters"} long`;
  return origin === "array" ? `${limit} ${limit === 1 ? "entry" : "entries"} long` : `${limit}`;
}

function oneOf(values: readonly string[], given: unknown): string {
  const hint = typeof given === "string" ? didYouMean(given, values) : "";
  return `expected ${values.map((value) => `"${value}"`).join(" or ")}${hint}`;
}

type Located = { path: readonly PropertyKey[]; message: string };

function unfold(issue: z.core.$ZodIssue, prefix: readonly PropertyKey[]): Located[] {
  const path = [...prefix, ...issue.path];
  if (issue.code !== "invalid_union" || issue.errors.length === 0) return [{ path, message: issue.message }];
  if (issue.errors.every(isOfAnotherKind)) return [{ path, message: issue.message }];
  const nearest = issue.errors.toSorted((a, b) => shallowest(b) - shallowest(a) || faults(a) - faults(b))[0] ?? [];
  return nearest.flatMap((inner) => unfold(inner, path));
}

/** A branch that wants another kind of value altogether: the union speaks for itself then. */
function isOfAnotherKind(issues: readonly z.core.$ZodIssue[]): boolean {
  return issues.some((issue) => issue.code === "invalid_type" && issue.path.length === 0);
}

/** How deep the input fits a branch before the first thing goes wrong. */
function shallowest(issues: readonly z.core.$ZodIssue[]): number {
  return issues.reduce((least, issue) => Math.min(least, issue.path.length), Number.POSITIVE_INFINITY);
}

function faults(issues: readonly z.core.$ZodIssue[]): number {
  return issues.reduce((sum, issue) => sum + (issue.code === "unrecognized_keys" ? issue.keys.length : 1), 0);
}
