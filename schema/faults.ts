/** What one fault means to whoever meets it. */
export interface FaultEntry {
  /** What the caller does about it. */
  readonly advice: string;
  /** The HTTP status that says it over HTTP. */
  readonly status: 400 | 404 | 409 | 503;
  /** The hub logs it: whoever runs the hub should see it. Otherwise it is the caller's to log. */
  readonly log?: true;
}

/**
 * Everything that can be wrong with a call or a reply, by code. A code travels inside the message, `(code) text`, because the message is all of
 * an error that survives RPC between Workers of any compatibility date. Read it back with {@link faultCode}.
 */
export const FAULTS = {
  "batch.empty": { advice: "pass at least one event", status: 400 },
  "batch.too_large": { advice: "emit fewer events a call", status: 400 },
  "event.invalid": { advice: "correct the field that is named", status: 400 },
  "payload.not_json": { advice: "pass JSON: no functions, cycles, dates, BigInt, NaN or undefined in arrays", status: 400 },
  "payload.too_deep": { advice: "flatten the data", status: 400 },
  "payload.too_large": { advice: "store the body elsewhere and emit a reference", status: 400 },
  "source.required": { advice: "set `source`, or `props.source` on the service binding: a key is unique within its source", status: 400 },
  "source.forbidden": { advice: "name a source that `props.sources` of the service binding allows, or allow it there", status: 400 },
  "key.conflict": { advice: "this key already stands for another event: use a new key", status: 409 },
  "delay.invalid": { advice: "pass either `delay` or `at`, at most 365 days ahead", status: 400 },
  "chain.too_deep": { advice: "events cause each other in a loop: break it", status: 400 },
  "chain.too_long": {
    advice: "events cause each other without end: break the loop, or allow more with `defaults.maxChainEvents`",
    status: 400,
  },
  "condition.too_costly": { advice: "a route's path takes too much work on this event: make either smaller", status: 400 },
  "config.invalid": { advice: "correct the hub's configuration; nothing stored is affected", status: 503, log: true },
  "hub.misconfigured": { advice: "deploy the hub with what the message names; nothing was stored", status: 503, log: true },
  "binding.invalid": {
    advice: "correct `props` of the service binding by which the hub was called; nothing was stored",
    status: 503,
    log: true,
  },
  "query.invalid": { advice: "correct the filter that is named", status: 400 },
  "cursor.invalid": { advice: "start again from the first page", status: 400 },
  "search.busy": { advice: "others are searching for text: try again in a moment", status: 503 },
  "options.invalid": { advice: "pass only the options that are documented", status: 400 },
  "dispatch.unknown": { advice: "there is no dispatch of this id: it may have been purged", status: 404 },
  "event.unknown": { advice: "there is no event of this id: it may have been purged", status: 404 },
  "destination.unknown": { advice: "name a destination of the hub's configuration", status: 404 },
  "dispatch.ongoing": { advice: "wait until it has settled, or cancel it first", status: 409 },
  "dispatch.settled": { advice: "it is over: retry it to deliver it again", status: 409 },
  "dispatch.no_dead_letter": { advice: "dismiss what was given up and is owed still: deadLetters() lists it", status: 409 },
  "bulk.unknown": { advice: "there is no bulk operation of this id", status: 404 },
  "bulk.id_taken": { advice: "this id already stands for another bulk operation: use a new one", status: 409 },
  "key.not_queueable": {
    advice: "emit events with a key without `allowQueued`: whether a key is known only the database can say",
    status: 400,
  },
  "storage.unavailable": { advice: "nothing is known to be stored; emit again with the same key", status: 503, log: true },
  "storage.full": { advice: "nothing was stored: the database has no room; purge old chains", status: 503, log: true },
  "reply.invalid": { advice: "the destination's reply breaks the rules of emit: correct what it emits", status: 400 },
} as const satisfies Readonly<Record<string, FaultEntry>>;

export type FaultCode = keyof typeof FAULTS;

/** An error that somebody can act on. Its message is `(code) text`. */
export class Fault extends Error {
  readonly code: FaultCode;

  constructor(code: FaultCode, text: string, options?: ErrorOptions) {
    super(faultText(code, text), options);
    this.name = "Fault";
    this.code = code;
  }
}

/** Writes a fault as it travels: `(code) text`. */
export function faultText(code: FaultCode, text: string): string {
  return `(${code}) ${text}`;
}

/** The code of an error thrown by the hub, on either side of RPC; `undefined` for any other value. */
export function faultCode(error: unknown): FaultCode | undefined {
  return error instanceof Error ? parseFault(error.message)?.code : undefined;
}

/** The text of a fault without its code; any other text as it is. */
export function withoutCode(message: string): string {
  return parseFault(message)?.text ?? message;
}

/** Reads `(code) text`, also behind the names that runtimes put before a message they pass on, such as `Error: `. */
function parseFault(message: string): { readonly code: FaultCode; readonly text: string } | undefined {
  const [, code = "", text = ""] = FAULT.exec(message) ?? [];
  return Object.hasOwn(FAULTS, code) ? { code: code as FaultCode, text } : undefined;
}

const FAULT = /^(?:[A-Za-z ]{1,40}: ){0,2}\(([a-z]+\.[a-z_]+)\) (.*)$/s;

/** True for a fault that whoever runs the hub should see, and for an error that is none: nobody foresaw it. */
export function isOperatorsConcern(error: unknown): boolean {
  const code = faultCode(error);
  const entry: FaultEntry | undefined = code && FAULTS[code];
  return entry === undefined || entry.log === true;
}
