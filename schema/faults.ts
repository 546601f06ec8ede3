/**
 * What can be wrong with a call, as `code: what the caller does about it`.
 * A code travels inside the message, `(code) text`, because the message is all of an error that survives RPC
 * between Workers of any compatibility date. Read it back with {@link faultCode}.
 */
export const FAULTS = {
  "batch.empty": "pass at least one event",
  "batch.too_large": "emit fewer events a call",
  "event.invalid": "correct the field that is named",
  "payload.not_json": "pass JSON: no functions, cycles, dates, BigInt, NaN or undefined in arrays",
  "payload.malformed_text": "remove NUL characters and lone surrogates",
  "payload.too_deep": "flatten the data",
  "payload.too_large": "store the body elsewhere and emit a reference",
  "source.required": "set `source`, or `props.source` on the service binding: a key is unique within its source",
  "key.conflict": "this key already stands for another event: use a new key",
  "delay.invalid": "pass either `delay` or `at`, at most 365 days ahead",
  "chain.too_deep": "events cause each other in a loop: break it",
  "config.invalid": "correct the hub's configuration; nothing stored is affected",
  "query.invalid": "correct the filter that is named",
  "cursor.invalid": "start again from the first page",
  "options.invalid": "pass only the options that are documented",
  "dispatch.unknown": "there is no dispatch of this id: it may have been purged",
  "event.unknown": "there is no event of this id: it may have been purged",
  "destination.unknown": "name a destination of the hub's configuration",
  "dispatch.ongoing": "wait until it has settled, or cancel it first",
  "dispatch.settled": "it is over: retry it to deliver it again",
  "bulk.unknown": "there is no bulk operation of this id",
  "key.not_queueable": "emit events with a key without `allowQueued`: whether a key is known only the database can say",
  "storage.unavailable": "nothing is known to be stored; emit again with the same key",
  "storage.full": "nothing was stored: the database has no room; purge old chains",
} as const;

export type FaultCode = keyof typeof FAULTS;

/** An error that somebody can act on. Its message is `(code) text`. */
export class Fault extends Error {
  readonly code: FaultCode;

  constructor(code: FaultCode, text: string, options?: ErrorOptions) {
    super(`(${code}) ${text}`, options);
    this.name = "Fault";
    this.code = code;
  }
}

/** The code of an error thrown by the hub, on either side of RPC; `undefined` for any other value. */
export function faultCode(error: unknown): FaultCode | undefined {
  const message = error instanceof Error ? error.message : "";
  const code = /\(([a-z_.]+)\) /.exec(message)?.[1];
  return code !== undefined && Object.hasOwn(FAULTS, code) ? (code as FaultCode) : undefined;
}
