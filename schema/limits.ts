/**
 * Numbers that somebody else decides, and the numbers we promise because of them.
 * Platform figures: developers.cloudflare.com, read 2026-11; "tried" means seen on workerd 2026-11-02.
 */

const KiB = 1024;
const MiB = 1024 * KiB;
export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** What `emit()` accepts. */
export const EMIT = {
  maxEvents: 1_000,
  /** The RPC limit is 32 MiB for a whole call (workers/platform/limits). */
  maxCallBytes: 16 * MiB,
  /** Rows one call may create. A D1 batch has 30 s (d1/platform/limits); 1,000 events with 20 routes each take about 2 s locally. */
  maxDispatches: 25_000,
  maxEventBytes: 1 * MiB,
  /** SQLite refuses JSON nested 1,000 levels deep and takes the whole statement with it (tried). */
  maxDepth: 256,
  maxTypeLength: 255,
  /** Bytes of a subject and a source: what a key of S3 or R2 may have, and a bound of what an index entry can grow to. */
  maxAttributeBytes: 1 * KiB,
  maxKeyLength: 512,
  maxExtensions: 30,
  /** CloudEvents asks for names of at most 20 characters. */
  maxExtensionName: 20,
  /** Of all that an event has, as JSON text. */
  maxExtensionsBytes: 4 * KiB,
  /** Workflows sleep at most 365 days (workflows/reference/limits). */
  maxDelayMs: 365 * DAY_MS,
  /** A chain of events that cause each other ends here: the loop guard. */
  maxChainDepth: 32,
} as const;

/**
 * How many events a chain may have, beside its depth: a loop in which each event causes two has 2^32 before it is 32 deep.
 * An event whose id says so, one of 64, has its chain counted before it is stored. The first to find the limit reached writes that down, and
 * from then on the chain takes no more. So a chain goes beyond its limit by 64 events on average, by more than 1,000 in one of 7 million cases,
 * (63/64)^1000, and by what is stored in the moment of the count. What the first event of a chain caused has no count: no loop is so short.
 */
export const CHAIN = {
  /** By default. */
  maxEvents: 10_000,
  /** What a configuration may allow: a count reads as many rows of an index. */
  maxConfigured: 100_000,
  countedOneOf: 64,
  /** Noted as long from this share of the limit on. */
  warnAtShare: 0.8,
  /** Chains that `health()` looks at, the latest first. */
  listed: 10,
} as const;

/** What a destination's reply may carry. A Workflow step result holds 1 MiB, and an unrecorded reply has to fit in one. */
export const REPLY = {
  maxEvents: 100,
  maxBytes: 512 * KiB,
  maxDispatches: 500,
  maxReasonLength: 1_000,
} as const;

/** What a policy may ask for. */
export const POLICY = {
  /** A step outlives it: its wall time is unlimited, ours ends at 20 minutes. */
  maxTimeoutMs: 15 * MINUTE_MS,
  maxRetries: 1_000,
  maxMisconfiguredMs: 30 * DAY_MS,
  minMisconfiguredDelayMs: 1 * SECOND_MS,
} as const;

/** Configuration bindings: a Worker variable holds 5 KB, and a Worker of the paid plan has 128, of the free plan 64 (workers/platform/limits). */
export const CONFIG = { maxBindingBytes: 4_800, maxVariables: 128, maxNameLength: 63, maxConditionDepth: 32 } as const;

/** D1 (d1/platform/limits). */
export const D1 = {
  /** A string holds 2,000,000 bytes; the local engine does not enforce it, so the cut is below it and tested. */
  maxParameterBytes: 1_800_000,
  /** A database of the paid plan ends here and cannot be made larger; one of the free plan holds 500 MB. */
  maxDatabaseBytes: 10_000_000_000,
  /** The console warns from this share of it on. */
  warnAtShare: 0.7,
  /** A query or batch takes at most 30 s: whoever has not answered by then will not. That is for all tries of a call together. */
  answerMs: 30_000,
} as const;

/** Queues (queues/platform/limits): a `sendBatch` takes 100 messages and 256 KB, a message 128 KB; an operation is billed per 64 KB. */
export const QUEUE = {
  maxBatchMessages: 100,
  maxBatchBytes: 240_000,
  /** 128,000 with about 100 of metadata. */
  maxMessageBytes: 127_000,
  idsPerMessage: 100,
  /**
   * A send without an answer is given up after this. One was seen to hang for 57 s and then to be refused, where the next took less than 1 s
   * (github.com/cloudflare/workerd/issues/6053). Ours: as short as lets a slow send through, and within the 30 s that are left after a reply
   * (workers/platform/limits, `waitUntil`).
   */
  answerMs: 10_000,
  /** A queue can be told to keep messages for 14 days; by default it is 4 (changelog/2025-02-14-customize-queue-retention-period). */
  maxRetentionMs: 14 * DAY_MS,
} as const;

/** Workflows (workflows/reference/limits). */
export const WORKFLOW = {
  /**
   * Tasks with the engine that an invocation has under way at a time. Six of its connections may wait for an answer at once, and a seventh
   * waits for one of them (workers/platform/limits, which lists `fetch()`, KV, R2, the cache, Queues and sockets, and neither bindings to
   * Workflows nor to Workers): more would gain nothing where engine calls count, and harm nothing where they do not. One is left to the queue.
   */
  callsAtOnce: 5,
  /**
   * A task that has not ended by then no longer counts among them: it goes on beside those that wait, so that five that hang do not hold up a
   * thousand that would not. An order takes some tenths of a second; ours. A silent engine thereby gets through a batch of 1,000 dispatches in
   * about 200 s, of the 15 minutes that a queue consumer has (queues/platform/limits).
   */
  slotMs: 1_000,
  /** A call to the engine without an answer is given up after this. No figure of the platform's: ours, far above what a call takes. */
  answerMs: 10_000,
  /** The same for somebody who waits to see a run: what is stored can be shown without it. */
  lookMs: 3_000,
  maxBatchInstances: 100,
  /** Creation rate is 100 a second and workflow; what was refused comes back after this long. */
  rateLimitedDelaySeconds: 2,
  /** Instances are kept this long after they end. D1 keeps the record, so this is for looking at a run. Free plans keep 3 days at most. */
  successRetention: "1 day",
  errorRetention: "3 days",
  /** What a step returns is kept up to 1 MiB; some of it is what the engine adds. */
  maxResultBytes: 1_000_000,
  /** A step may be retried 10,000 times, and that is all of them. */
  maxStepRetries: 10_000,
} as const;

/** Access to the console. */
export const ACCESS = {
  /** The keys of a team are public and read over HTTP, in 5 s at most, which is what the library gives them by itself (jose 6). */
  keysMs: 5_000,
  /** So many wrong secrets from one network within this time, and none is looked at any more until the time is over. */
  wrongSecrets: 10,
  wrongSecretsMs: 10 * MINUTE_MS,
} as const;

/** Destinations that are held back. */
export const CONTROL = {
  /**
   * Dispatches that are released in a minute, of all destinations together: half of the 100 a second that the platform creates, as a sweep
   * takes the other. Two rows written each, within the 30 s of a query.
   */
  releasedPerMinute: 3_000,
  /**
   * A run that finds its destination tripped waits for so many probes, or so long, whichever is more, where the next comes soon. Then it ends
   * and is released like any other that is held.
   */
  probesAwaited: 3,
  minAwaitedMs: 10 * SECOND_MS,
  soonMs: 60 * SECOND_MS,
  /** What a destination holds back is counted up to here. */
  countedRows: 10_000,
  maxFailures: 1_000,
  minProbeMs: SECOND_MS,
  maxProbeMs: DAY_MS,
} as const;

/** When the reconciler looks at a dispatch, and how long it tries (DESIGN.md, `check_at`). */
export const CHECK = {
  graceMs: 1 * MINUTE_MS,
  /** What a sweep has put on the queue is not overdue again before this. */
  sweptMs: 2 * MINUTE_MS,
  /**
   * Dispatches taken in one statement, and at most so many of them in one sweep. What two sweeps have taken is looked at before the first of it
   * is overdue again, and half of the 100 a second that the platform creates is left to what is new: a hub that sweeps more than it can start
   * is kept from its work by its own repairs (docs/scaling.md).
   */
  sweepPage: 1_000,
  sweepPages: 3,
  /** A run that the platform or an operator holds back is looked at so often. */
  heldMs: 10 * MINUTE_MS,
  /** Restarts are this far apart at least, doubling up to an hour. */
  firstPaceMs: 1 * MINUTE_MS,
  maxPaceMs: 1 * HOUR_MS,
  /** A dispatch is given up after so many restarts, and not before it was overdue so long. */
  maxRecoveries: 5,
  giveUpMs: 1 * DAY_MS,
  /** Sweeps come every minute: after so long without one, somebody is told. So long may a due dispatch be without a look as well. */
  missingMs: 5 * MINUTE_MS,
} as const;

/**
 * Reads. A list reads at most `scanRows` rows to fill a page and as many again to find where the next one starts. For a search that is what
 * keeps it short: events of 1 MiB take some milliseconds each.
 */
export const READ = {
  defaultPage: 50,
  maxPage: 200,
  scanRows: 1_000,
  healthRows: 10_000,
  /** Bad dispatches that health counts: of those that are dead letters, and of each way not to be one, at most so many. One row read each. */
  failureRows: 5_000,
  latestEvents: 20,
  /** Characters of an id or a filter: nothing stored that can be asked for is longer than a subject (`EMIT.maxAttributeBytes`). */
  maxFilter: 1_024,
  /** Characters of the text that events are searched for, and of the start of their data that is shown. */
  maxText: 200,
  excerpt: 200,
  /** Bytes of a note's detail in a list; alone it may be as large as it is stored. */
  noteDetail: 8 * KiB,
  noteDetailAlone: D1.maxParameterBytes,
  /** A search counts so many dispatches of each event it found: at most 10,000 rows a page. */
  dispatchesOfEvent: 50,
  /**
   * Bytes of data, as JSON text, that a page of events holds; one event at least. RPC carries 32 MiB (workers/platform/limits) and an isolate
   * has 128 MB. Over RPC a text takes up to 2 bytes for one of UTF-8, and a list with a fraction 9 for the 2 of each digit and comma, 4.5 times
   * as much (tried); as objects, `[{},{},…]` takes some 20 times as much. The largest of a call to `audit()` is the same.
   */
  pageBytes: 4 * MiB,
  /**
   * Attempts and notes that a dispatch shows, the latest: up to 4 KB each over RPC (two texts of `REPLY.maxReasonLength`), as attempts on a
   * destination that is missing go on for 30 days, one a second at most. Of so many attempts the stack is shown as well.
   */
  history: 1_000,
  stacks: 50,
  /** Dispatches that an event shows: up to 3 KB each over RPC, most of it the reason. A page of a list has `maxPage` of them. */
  dispatchesShown: 5_000,
  /** Bytes of data that a call looks through for a text, at some 5 ms of CPU a MiB; of 1,000 events an equal share each is read at once. */
  searchBytes: 8 * MiB,
} as const;

/**
 * Searches for text, of which an isolate does one at a time, so that who may only look cannot keep the database from who emits. One that waits
 * looks so often whether it is its turn, and gives up after so long. Who was cut off in their turn has it no longer than `turnMs`: a search takes
 * some tenths of a second.
 */
export const SEARCH = { lookMs: 50, waitMs: 5 * SECOND_MS, turnMs: 10 * SECOND_MS } as const;

/** What a call to `deadLetters()` looks at: the latest, at two rows each, and the groups it returns, each with a reason of up to 1,000 characters. */
export const GIVEN_UP = { rows: 10_000, groups: 50 } as const;

/**
 * What a call to `stats()` looks at: dispatches that are counted; the latest of them, which are timed, since that takes a look at the
 * attempts of each; attempts of each; in how many parts; how long an isolate keeps the answer.
 */
export const STATS = { rows: 10_000, timed: 2_000, attempts: 20, parts: 24, keptMs: 5 * SECOND_MS } as const;

/** What is done to many dispatches. */
export const BULK = {
  /** Dispatches a step: two rows each, and a note, in one transaction. */
  piece: 200,
  maxIds: 1_000,
  /** A dry run counts so far. */
  countRows: 10_000,
  sample: 10,
  /** Shown in a list, newest first; up to 200 KB each over RPC, most of it `maxIds` ids of 100 characters. */
  listed: 50,
} as const;

/** Dispatches looked for in an undeliverable message: one of the hub names 100. */
export const UNDELIVERABLE = { maxDispatches: 1_000 } as const;

/** What a call to `audit()` takes on, and from when on something is wrong. */
export const AUDIT = {
  /** Events a call, the bytes of their data, and their dispatches: a Worker has 128 MB and 10,000 subrequests; a run costs two, one that is to be ended ten. */
  events: 100,
  maxDataBytes: 4 * MiB,
  dispatches: 900,
  /** Ids given for each mismatch. */
  examples: 5,
  /** The sweep comes every minute, and what it took and lost it takes again two minutes later: by then it looks twice. */
  forgottenMs: 5 * MINUTE_MS,
  /** An attempt that has not been recorded this long after it could have been, and that nobody repairs. */
  lateMs: 10 * MINUTE_MS,
  /** Runs of what settled longer ago are not asked for. */
  settledMs: 1 * DAY_MS,
  /** How long runs may take to end that were woken for having outlived their dispatch. */
  wakingMs: 2 * SECOND_MS,
  /** Notes on audits that came to their end: the latest are kept. */
  keptNotes: 50,
} as const;

/** Rows that a call to `purge()` looks at, of each kind at most so many; those that stay count too. */
export const PURGE = {
  /** Old events a call: the chains of these are deleted, each as a whole. */
  events: 100,
  /** A chain of more events is kept. Holds `CHAIN.maxEvents` and what a chain can go beyond it. */
  chainEvents: 12_000,
  /** Events and dispatches that a call deletes; the last chain may go beyond, and there is one at least. A D1 batch has 30 s (d1/platform/limits). */
  rows: 20_000,
  undeliverable: 1_000,
  bulks: 200,
  destinationNotes: 1_000,
  queuedNotes: 1_000,
  /** Until then the message of a queued emit may come again: it is kept by its queue, and once more by the dead-letter queue. */
  queuedNotesKeptMs: 2 * QUEUE.maxRetentionMs,
} as const;
