import { env } from "cloudflare:workers";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { EventHubApi } from "../../schema/contract/api.ts";
import { STANDINGS, STATUSES } from "../../schema/contract/statuses.ts";
import { FAULTS, faultCode } from "../../schema/faults.ts";
import { messageOf } from "../../schema/message-of.ts";
import { anyValue } from "../laws/hostile-values.ts";
import { hub, startedDispatch, storedDispatch } from "./support/hub.ts";
import { settled } from "./support/rows.ts";
import { searched, UNSENT } from "./support/searched.ts";

const { seed: SEED, runs: RUNS } = searched({ usually: 600 });

/** Something that a caller could have meant, or mistaken, or anything at all. */
function likely<Value>(...values: readonly Value[]): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom<unknown>(...values) },
    {
      weight: 1,
      arbitrary: fc.constantFrom<unknown>(undefined, null, "", "*", "\0", "\ud800", "x".repeat(3_000), 0, -1, 1e308, true, [], {}),
    },
    { weight: 1, arbitrary: anyValue },
  );
}

const moment = likely<unknown>(
  new Date(),
  "2026-01-01T00:00:00Z",
  new Date(Date.now() - 60_000).toISOString(),
  new Date(0),
  new Date(-1),
  new Date(8.64e15),
  new Date(-8.64e15),
  new Date(Number.NaN),
  "9999-12-31T23:59:59.999Z",
  "0000-01-01T00:00:00Z",
  "yesterday",
);
const window = { from: moment, to: moment };
const paging = { ...window, limit: likely(1, 50, 200, 201, 0.5), cursor: likely("W10", "e30", "a".repeat(9_000)) };
const names = likely("scripted", "pausable", "mute", "fast", "nobody", "__proto__", "constructor");
const said = { by: likely("Ada", "x".repeat(201)), reason: likely("why", "", "y".repeat(1_001)) };
const type = likely("once.x", "once.*", "*", "a*", "unrouted");
const duration = likely("0s", "1 day", "400 days", "1.5 hours", "-5s", "soon");
const retry = { delay: duration, timeout: duration, retry: objectOf({ limit: likely(0, 1, 1_001), delay: duration, maxDelay: duration }) };

/** An object with some of these members, and now and then one that is none of them. */
function objectOf(members: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<unknown> {
  const surplus = fc.record({ surplus: anyValue }, { requiredKeys: [] });
  const known = fc.record(members, { requiredKeys: [] });
  return fc.oneof(
    { weight: 9, arbitrary: known },
    { weight: 1, arbitrary: fc.tuple(known, surplus).map((parts) => Object.assign({}, ...parts) as unknown) },
    { weight: 1, arbitrary: anyValue },
  );
}

type Arguments = readonly fc.Arbitrary<unknown>[];

/** Arguments of every method but `emit`, whose are in any-value.test.ts. */
function callsWith(ids: readonly string[]) {
  const id = likely(...ids, ...ids.map((one) => one.slice(0, 8)), "01a21d31-ea21-7405-8c76-83127bba8c00", `${ids[0]}-0-r1`);
  const filter = objectOf({
    ...window,
    status: likely(...STATUSES),
    destination: names,
    route: names,
    reason: likely("declined"),
    type,
    subject: likely("s"),
    ids: fc.oneof(fc.array(id, { maxLength: 3 }), anyValue),
  });
  const kind = likely("retry", "cancel", "dismiss", "delete");
  const event = { type, subject: likely("s"), source: likely("test"), key: likely("k"), correlationId: id };
  return {
    getEvent: [id],
    listEvents: [objectOf({ ...event, ...paging })],
    searchEvents: [objectOf({ ...event, ...paging, text: likely("declined", "x".repeat(201)) })],
    previewEmit: [objectOf({ ...event, data: anyValue, delay: duration, at: moment })],
    getDispatch: [id],
    activity: [
      objectOf({
        ...paging,
        kind: likely("pause", "retry", "none"),
        by: names,
        dispatch: id,
        destination: names,
        bulk: id,
        chain: id,
        hub: likely("audit"),
      }),
    ],
    listDispatches: [
      objectOf({
        ...paging,
        status: likely(...STATUSES),
        standing: likely(...STANDINGS),
        destination: names,
        route: names,
        eventId: id,
        reason: likely(""),
      }),
    ],
    watchDispatch: [id],
    explainEvent: [id],
    retryDispatch: [id, objectOf({ ...retry, ...said, after: id })],
    cancelDispatch: [id, objectOf(said)],
    cancelEvent: [id, objectOf(said)],
    runNow: [id, objectOf(said)],
    dismissDispatch: [id, objectOf(said)],
    deadLetters: [objectOf({ ...window, destination: names })],
    previewBulk: [kind, filter],
    retryDispatches: [filter, objectOf({ ...retry, ...said, id })],
    cancelDispatches: [filter, objectOf({ ...said, id })],
    dismissDispatches: [filter, objectOf({ ...said, id })],
    getBulk: [id],
    listBulks: [],
    stopBulk: [id, objectOf(said)],
    listDestinations: [],
    pauseDestination: [names, objectOf(said)],
    resumeDestination: [names, objectOf({ ...said, rate: likely(0, 0.01, 100, 1e9) })],
    configuration: [],
    health: [],
    stats: [objectOf(window)],
    audit: [objectOf({ ...paging, allRuns: likely(true) })],
    purge: [moment, objectOf({ dryRun: likely(true, false), deadLetters: likely(true, false), cursor: likely("W10") })],
  } satisfies Readonly<Record<Exclude<keyof EventHubApi, "emit">, Arguments>>;
}

/** What a call came to: `answered`, the code it was refused with, `unsent`, or what nobody foresaw. */
async function outcomeOf(call: () => Promise<unknown>): Promise<string> {
  try {
    const answer = await call();
    if (answer instanceof ReadableStream) await answer.cancel();
    return "answered";
  } catch (error) {
    return faultCode(error) ?? (UNSENT.test(messageOf(error)) ? "unsent" : `unforeseen: ${messageOf(error)}`);
  }
}

it(`every call over RPC answers, or is refused with a code (seed ${SEED})`, { timeout: 120_000 + RUNS * 50 }, async () => {
  const ids = [
    await storedDispatch({ type: "later.any", data: 1 }),
    await storedDispatch({ type: "once.any", data: 1 }),
    await settled(await startedDispatch({ type: "once.any", data: { script: ["failed"] } })).then(({ id }) => id),
    await settled(await startedDispatch({ type: "fast.any", subject: "s", data: 1 })).then(({ id }) => id),
    (await hub.retryDispatches({ route: "none" })).id,
  ];
  const calls = callsWith([...ids, ...ids.slice(0, 2).map((id) => id.slice(0, -2))]);
  const anyCall = fc.oneof(
    ...Object.entries(calls).map(([method, given]: [string, Arguments]) =>
      fc.tuple(fc.constant(method as keyof typeof calls), fc.tuple(...given)),
    ),
  );
  const seen = new Map<string, number>();
  const api = env.HUB_RPC as unknown as Record<string, (...given: unknown[]) => Promise<unknown>>;
  await fc.assert(
    fc.asyncProperty(anyCall, async ([method, given]) => {
      const outcome = await outcomeOf(() => api[method]?.(...given) ?? Promise.reject(new Error("no such method")));
      seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
      expect(["answered", "unsent", ...Object.keys(FAULTS)], method).toContain(outcome);
    }),
    { numRuns: RUNS, seed: SEED },
  );
  console.info(`calls, seed ${SEED}: ${JSON.stringify(Object.fromEntries(seen))}`);
  expect(seen.get("answered")).toBeGreaterThan(RUNS / 5);
  expect(seen.get("query.invalid")).toBeGreaterThan(RUNS / 10);
  expect((await hub.health()).config).toHaveProperty("version");
});
