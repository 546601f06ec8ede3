import "../unit/support/seed.ts";
import { isDeepStrictEqual, types } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseConfig } from "../../schema/config/config.ts";
import { FAULTS, faultCode } from "../../schema/faults.ts";
import type { Json } from "../../schema/json.ts";
import { isStorableText } from "../../schema/text.ts";
import { dataText } from "../../src/domain/emit/event-data.ts";
import { storedEvent } from "../../src/domain/emit/plan-emit.ts";
import { compileRouting } from "../../src/domain/routing/routing.ts";
import { attempt } from "../../src/executor/attempt.ts";
import { emit } from "../../src/hub/emit/emit.ts";
import { type World, worldOf } from "../sqlite/world.ts";
import type { EventRow } from "../worker/support/rows.ts";
import { anyJson, anyValue } from "./hostile-values.ts";

/** `FC_RUNS=100000` looks as far as was looked before a release; `FC_SEED=<seed>` looks there again. */
const RUNS = Number(process.env["FC_RUNS"] ?? 5_000);
const SEED = Number(process.env["FC_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
/** Rows are cleared after so many cases, since each is looked for among those that are there. */
const CLEARED_EVERY = 200;

const config = {
  destinations: { scripted: { worker: "SCRIPTED" } },
  routes: [
    { id: "once", on: "once.*", to: { destination: "scripted", retry: { limit: 1 } } },
    { id: "lacking", on: "*", where: { path: "$.data.items", exists: false }, to: "scripted" },
    { id: "deep", on: "*", where: { path: "$..*", exact: 0 }, to: "scripted" },
    { id: "listed", on: "*", where: { path: "$.data[?@ == 'text']", exists: true }, to: "scripted" },
  ],
};
const parsed = parseConfig(config);
if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
const routing = compileRouting(parsed.config);

const EVENTS = "SELECT * FROM events ORDER BY id";

/** A world that stays as small as it began. */
async function smallWorld(env: object = {}) {
  const world = await worldOf({ config, seed: SEED });
  let cases = 0;
  return {
    ...world,
    hub: { ...world.hub, env: { ...world.hub.env, ...env } },
    begin() {
      if (cases++ % CLEARED_EVERY !== 0) return;
      for (const table of ["events", "dispatches", "executions", "notes", "controls"]) world.rows(`DELETE FROM ${table}`);
    },
  };
}

async function call({ hub }: World, input: unknown, options: unknown) {
  const later: Promise<unknown>[] = [];
  const emitter = { hub, caller: {}, afterReply: (work: Promise<unknown>) => void later.push(work) };
  try {
    const receipts = await emit(emitter, input, options);
    await Promise.all(later);
    return { receipts };
  } catch (error) {
    return { error };
  }
}

/** Thrown by `written` for a value that may say something else each time it is read. */
const UNSTEADY = new Error("unsteady");

/** What JSON text keeps of a value, said independently of the hub. Throws for what it cannot keep, and for what is unsteady. */
function written(value: unknown): Json {
  if (types.isProxy(value)) throw UNSTEADY;
  if (typeof value === "number" && Number.isFinite(value)) return Object.is(value, -0) ? 0 : value;
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value !== "object") throw new Error(`a ${typeof value}`);
  const descriptors = Object.entries(Object.getOwnPropertyDescriptors(value)).filter(([, { enumerable }]) => enumerable === true);
  if (hasGetter(value)) throw UNSTEADY;
  const members = descriptors.map(([name, { value: member }]) => [name, member] as const);
  if (!Array.isArray(value)) return Object.fromEntries(members.flatMap(([name, m]) => (m === undefined ? [] : [[name, written(m)]])));
  if (members.length !== value.length) throw new Error("a list with holes or members of its own");
  return members.map(([, member]) => written(member));
}

/** Holds a row against what was given, and what it is owed to against itself: what was routed is what is stored. */
function judgeStored(world: World, row: EventRow, given: unknown): void {
  const event = storedEvent({ ...row, correlationId: row.correlation_id, causationId: row.causation_id });
  const { data } = event;
  expect(dataText(data), "what is stored is what JSON writes").toBe(row.data);
  expect(isStorableText(row.data)).toBe(true);
  const owed = routing.targetsOf(event).map(({ route }) => route);
  const stored = world.rows<{ route: string }>("SELECT route FROM dispatches WHERE event_id = ? ORDER BY length(id), id", row.id);
  expect(
    stored.map(({ route }) => route),
    "what was routed is what is stored",
  ).toEqual(owed);
  const steady = steadyOf(given);
  if (steady === undefined) return;
  expect(isDeepStrictEqual(data, steady["data"]), `what reads back is equal: ${row.data}`).toBe(true);
  const { type, source = null, subject = null, key = null, extensions } = steady;
  const extended = Object.entries(Object(extensions)).filter(([, value]) => value !== null);
  expect(event.extensions ?? {}, "extensions read back equal").toEqual(Object.fromEntries(extended));
  expect({ type: row.type, source: row.source, subject: row.subject, key: row.key }).toMatchObject({ type, subject, key });
  if (row.causation_id === null) expect(row.source).toBe(source);
}

function hasGetter(value: unknown): boolean {
  return Object.values(Object.getOwnPropertyDescriptors(Object(value))).some(({ get }) => get !== undefined);
}

function steadyOf(given: unknown): Record<string, Json> | undefined {
  try {
    if (types.isProxy(given) || hasGetter(given)) throw UNSTEADY;
    // A date is no JSON and a moment all the same.
    const { time: _, at: __, ...rest } = given as Record<string, unknown>;
    return written(rest) as Record<string, Json>;
  } catch (error) {
    if (error === UNSTEADY) return undefined;
    throw error;
  }
}

const type = fc.constantFrom("once.a", "unrouted.b", "c");
const good = fc.record({ type, data: anyJson });
const FIELDS = ["type", "data", "source", "subject", "time", "key", "delay", "at", "extensions", "causedBy", "surplus"];
const field = fc.constantFrom(...FIELDS);
const withField = fc.tuple(good, field, anyValue).map(([event, name, value]) => ({ source: "s", ...event, [name]: value }));
const withData = fc.record({ type, data: anyValue });
const event = fc.oneof({ weight: 3, arbitrary: withData }, { weight: 3, arbitrary: withField }, { weight: 1, arbitrary: good }, anyValue);

const list = fc.oneof(
  { weight: 4, arbitrary: fc.array(event, { maxLength: 3 }) },
  { weight: 1, arbitrary: good.map((one) => Object.assign([one, one], { toJSON: () => [] })) },
  { weight: 1, arbitrary: good.map((one) => Object.assign(new Array(3), { 1: one })) },
  { weight: 1, arbitrary: good.map((one) => Object.assign([one], { [Symbol.iterator]: () => [][Symbol.iterator]() })) },
  { weight: 1, arbitrary: good.map((one) => new Proxy([one], {})) },
  { weight: 1, arbitrary: fc.constant(Object.assign([], { length: 2 ** 32 - 1 })) },
);

const input = fc.oneof({ weight: 4, arbitrary: event }, { weight: 4, arbitrary: list }, { weight: 1, arbitrary: anyValue });
const options = fc.oneof(
  { weight: 8, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: fc.record({ allowQueued: anyValue }) },
  { weight: 1, arbitrary: anyValue },
);

const params = { numRuns: RUNS / 2, seed: SEED };
const timeout = 60_000 + RUNS * 20;

describe(`whatever it is given (seed ${SEED})`, () => {
  test("emit stores what reads back equal, or refuses all of it with a code", { timeout }, async () => {
    const world = await smallWorld();
    const seen = { stored: 0, refused: new Map<string, number>() };
    await fc.assert(
      fc.asyncProperty(input, options, async (given, how) => {
        world.begin();
        const before = new Set(world.rows<EventRow>(EVENTS).map(({ id }) => id));
        const { receipts, error } = await call(world, given, how);
        const fresh = world.rows<EventRow>(EVENTS).filter(({ id }) => !before.has(id));
        if (receipts === undefined) {
          const code = faultCode(error) ?? "";
          expect(Object.keys(FAULTS), `it refuses with a code: ${String(error)}`).toContain(code);
          expect((error as Error).message.length, "and says so in a sentence").toBeLessThan(2_000);
          expect(fresh, "nothing is half stored").toEqual([]);
          seen.refused.set(code, (seen.refused.get(code) ?? 0) + 1);
          return;
        }
        const inputs = Array.isArray(given) ? given : [given];
        const stored = receipts.filter(({ duplicate }) => !duplicate).map(({ id }) => id);
        expect([receipts.length, fresh.map(({ id }) => id).toSorted()]).toEqual([inputs.length, stored.toSorted()]);
        for (const row of fresh) judgeStored(world, row, inputs[receipts.findIndex(({ id }) => id === row.id)]);
        seen.stored += 1;
      }),
      params,
    );
    await expectWell(world);
    console.info(`emit, seed ${SEED}: ${seen.stored} calls stored, refused ${JSON.stringify(Object.fromEntries(seen.refused))}`);
    expect(seen.stored).toBeGreaterThan(RUNS / 40);
  });

  test("a reply is recorded once, and what it emits is stored as it reads back equal, or not at all", { timeout }, async () => {
    let said: () => unknown = () => "complete";
    let calls = 0;
    const handle = () => {
      calls += 1;
      return said();
    };
    const world = await smallWorld({ SCRIPTED: { handle } });
    const seen = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(reply, async ({ say, emitted }) => {
        world.begin();
        const { receipts = [] } = await call(world, { type: "once.x", data: { items: [] } }, undefined);
        const id = receipts[0]?.dispatches[0]?.id ?? "";
        [said, calls] = [say, 0];
        await looked(world, id);
        expect(calls).toBe(1);
        const executions = world.rows<{ outcome: string }>("SELECT outcome FROM executions WHERE dispatch_id = ?", id);
        expect(executions.length, "it is recorded once").toBe(1);
        const outcome = executions[0]?.outcome ?? "";
        judgeTexts(world, id);
        judgeDispatch(world, id, outcome);
        judgeFollowing(world, id, { outcome, emitted });
        seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
      }),
      params,
    );
    said = () => "complete";
    await expectWell(world);
    console.info(`replies, seed ${SEED}: ${JSON.stringify(Object.fromEntries(seen))}`);
    for (const outcome of ["complete", "failed"]) expect(seen.get(outcome) ?? 0).toBeGreaterThan(RUNS / 40);
  });
});

/** What a destination does: `say` it, over and over the same value. `emitted`: events that a reply that is heard must have stored. */
interface Reply {
  readonly say: () => unknown;
  readonly emitted?: (() => readonly unknown[]) | undefined;
}

const status = fc.constantFrom("complete", "ignored");
const surplus = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: anyValue.map((note) => ({ note, "\ud800": note })) },
);
// A key that is repeated is one event, and a source of its own is kept: both are looked at in emit.
const follow = fc.oneof({ weight: 3, arbitrary: withData }, { weight: 1, arbitrary: good }, anyValue);
const emitting = fc
  .tuple(status, fc.oneof(fc.array(follow, { minLength: 1, maxLength: 3 }), list), surplus)
  .map(([how, events, more]): Reply => ({ say: () => ({ ...more, status: how, emit: events }), emitted: () => events }));
const failing = fc
  .tuple(anyValue, anyValue, anyValue, surplus)
  .map(([reason, retryAfter, retryable, more]): Reply => ({ say: () => ({ ...more, status: "failed", reason, retryAfter, retryable }) }));
const others = fc.oneof(
  anyValue.map((value): Reply => ({ say: () => value })),
  anyValue.map((value): Reply => ({ say: () => ({ status: value }) })),
  anyValue.map((value): Reply => ({ say: () => ({ status: "complete", emit: value }) })),
  anyValue.map(
    (value): Reply => ({
      say: () => {
        throw value;
      },
    }),
  ),
  anyValue.map(
    (value): Reply => ({
      say: () => {
        throw Object.assign(new Error("x"), { message: value, stack: value, name: value, cause: value });
      },
    }),
  ),
);
const reply = fc.oneof({ weight: 3, arbitrary: emitting }, { weight: 1, arbitrary: failing }, { weight: 2, arbitrary: others });

async function looked({ hub }: World, id: string): Promise<string> {
  try {
    return await attempt(hub, id);
  } catch (error) {
    return String(error);
  }
}

const TEXTS = `
  SELECT error AS text FROM executions WHERE dispatch_id = ?1 UNION ALL SELECT reason FROM notes WHERE subject_id = ?1
  UNION ALL SELECT reason FROM dispatches WHERE id = ?1`;

function judgeTexts(world: World, id: string): void {
  for (const { text } of world.rows<{ text: string | null }>(TEXTS, id)) {
    expect(text === null || (isStorableText(text) && text.length < 9_000), "what is kept of it is text that can be stored, and short").toBe(
      true,
    );
  }
}

function judgeDispatch(world: World, id: string, outcome: string): void {
  const [dispatch] = world.rows<{ status: string }>("SELECT status FROM dispatches WHERE id = ?", id);
  expect(outcome === "failed" ? ["failed", "ongoing"] : [outcome], "it settles, or is tried again").toContain(dispatch?.status);
}

function judgeFollowing(world: World, id: string, { outcome, emitted }: { outcome: string; emitted: Reply["emitted"] }): void {
  const stored = world.rows<EventRow>("SELECT * FROM events WHERE causation_id = ? ORDER BY id", id);
  if (outcome === "failed") expect(stored, "nothing is half stored").toEqual([]);
  else if (emitted !== undefined) {
    const inputs = emitted();
    expect(stored.length, "all of it is stored").toBe(inputs.length);
    for (const [index, row] of stored.entries()) judgeStored(world, row, inputs[index]);
  }
}

/** A plain event is stored, and owed to whom it should be. */
async function expectWell(world: World): Promise<void> {
  const { receipts = [] } = await call(world, { type: "once.well", data: { items: 1 } }, undefined);
  const rows = world.rows<EventRow>("SELECT * FROM events WHERE id = ?", receipts[0]?.id ?? "");
  expect(rows).toHaveLength(1);
  for (const row of rows) judgeStored(world, row, { type: "once.well", data: { items: 1 } });
}
