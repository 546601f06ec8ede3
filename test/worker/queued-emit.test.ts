import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import type { ProducerApi } from "../../schema/contract/api.ts";
import type { EmitReceipt } from "../../schema/contract/emit.ts";
import { CHECK, DAY_MS, HOUR_MS, QUEUE } from "../../schema/limits.ts";
import type { EmitMessage } from "../../schema/storage/messages.ts";
import { createHub } from "../../src/bindings/hub.ts";
import { emit } from "../../src/hub/emit/emit.ts";
import hubWorker from "../../src/index.ts";
import { callsOf, look } from "./support/attempts.ts";
import { consume, DEAD_LETTER_QUEUE } from "./support/consume.ts";
import { failureOf, faultOf } from "./support/failures.ts";
import { faultyD1 } from "./support/faulty-d1.ts";
import { deafQueue, envWith, hub, only, unique } from "./support/hub.ts";
import { keptQueue, refusingQueue } from "./support/kept-queue.ts";
import { meteredD1 } from "./support/metered-d1.ts";
import { dispatchRow, eventRow, executionsOf, rows, settled } from "./support/rows.ts";

const FULL = "D1_ERROR: Exceeded maximum DB size";

/** The database as it is, and away: each call to it fails. */
const down = (message?: string) => faultyD1(env.DB, { of: /./, faultOf: () => "lost", ...(message !== undefined && { message }) });

/** Stores everything, and says each time that it failed. */
const mute = () => faultyD1(env.DB, { of: /INSERT INTO events/, faultOf: () => "unheard" });

const ALLOWED = { allowQueued: true };

interface Caller {
  readonly options?: unknown;
  readonly source?: string;
}

async function emitOver(given: Env, input: unknown, { options = ALLOWED, source }: Caller = {}): Promise<EmitReceipt[]> {
  const later: Promise<unknown>[] = [];
  const receipts = await emit({ hub: createHub(given), caller: { source }, afterReply: (work) => void later.push(work) }, input, options);
  await Promise.all(later);
  return receipts;
}

interface Queued {
  readonly receipts: readonly EmitReceipt[];
  readonly message: EmitMessage;
}

/** Emits while the database is away. */
async function queued(input: unknown, { d1 = down(), caller = {}, config }: { d1?: D1Database; caller?: Caller; config?: object } = {}) {
  const kept = keptQueue();
  const given = envWith({ DB: d1, DISPATCH_QUEUE: kept.queue, ...(config !== undefined && { HUB_CONFIG: config }) });
  const receipts = await emitOver(given, input, caller);
  return { receipts, message: only(kept.emits()) } satisfies Queued;
}

const eventsOf = async (type: string) =>
  await rows<{ id: string; data: string }>("SELECT id, data FROM events WHERE type = ? ORDER BY id", type);

/** Ids of what is stored of a receipt's event. */
async function storedOf({ id }: Pick<EmitReceipt, "id">): Promise<{ events: string[]; dispatches: string[] }> {
  const events = await rows<{ id: string }>("SELECT id FROM events WHERE id = ?", id);
  const dispatches = await rows<{ id: string }>("SELECT id FROM dispatches WHERE event_id = ?", id);
  return { events: events.map((row) => row.id), dispatches: dispatches.map((row) => row.id) };
}

const deaf = envWith({ DISPATCH_QUEUE: deafQueue });

beforeAll(async () => {
  await hub.health();
});

describe.concurrent("a call that the database would not take", () => {
  it("is on the queue when emit resolves, nothing of it is stored, and the receipts say so", async () => {
    const type = unique("fast.");
    const { receipts, message } = await queued([
      { type, data: 1 },
      { type: "unrouted.beside", data: 2 },
    ]);
    expect(receipts).toEqual(message.plan.events.map(({ id }) => ({ id, duplicate: false, durability: "queued", dispatches: [] })));
    expect(receipts).toHaveLength(2);
    for (const receipt of receipts) expect(await storedOf(receipt)).toEqual({ events: [], dispatches: [] });
  });

  it("is stored and delivered by itself once the database is back, under the ids of its receipts", async () => {
    const type = unique("fast.");
    const receipts = await emitOver(envWith({ DB: down() }), [
      { type, data: { n: 1 } },
      { type, data: { n: 2 } },
    ]);
    expect(receipts.map(({ durability }) => durability)).toEqual(["queued", "queued"]);
    for (const { id } of receipts) {
      const dispatchId = `${id}-0`;
      await expect.poll(async () => await storedOf({ id }), { timeout: 10_000 }).toEqual({ events: [id], dispatches: [dispatchId] });
      expect(await settled(dispatchId)).toMatchObject({ status: "complete", attempts: 1 });
      expect(await callsOf(dispatchId)).toHaveLength(1);
    }
    expect(await eventsOf(type)).toMatchObject([{ data: '{"n":1}' }, { data: '{"n":2}' }]);
  });

  it("keeps its data as it was emitted, whatever JSON it is, and all else that was said", async () => {
    const type = unique("unrouted.");
    const data = [0, -0.5, 1e21, "", '"\\ \u2028 \u{1f600} \u20ac', false, null, [], {}, { "": { "a.b": [[], {}] } }, deep(255)];
    const { message } = await queued([
      { type, data, subject: "s", source: "own word", time: "2020-02-29T12:00:00+02:00" },
      { type, data: null },
    ]);
    await consume([message], deaf);
    const [first, second] = (await hub.listEvents({ type })).items.toReversed();
    expect(first).toMatchObject({ data, subject: "s", source: "own word", time: "2020-02-29T10:00:00.000Z" });
    expect([second?.data, second?.subject, second?.source]).toEqual([null, undefined, undefined]);
  });

  it("keeps its chain, and the source that the binding gives its producer", async () => {
    const causedBy = { correlationId: unique("first"), causationId: "before-0", depth: 4 };
    const { receipts, message } = await queued(
      { type: "unrouted.chain", data: 1, causedBy, source: "pretender" },
      { caller: { source: "shop" } },
    );
    await consume([message], deaf);
    expect(await eventRow(only(receipts).id)).toMatchObject({
      source: "shop",
      correlation_id: causedBy.correlationId,
      causation_id: "before-0",
      depth: 5,
    });
  });

  it("is owed to whom the configuration said when it was emitted, and that configuration is stored with it", async () => {
    const config = { destinations: { d: { worker: "SCRIPTED" } }, routes: [{ id: unique("r"), on: "then", to: "d" }] };
    const { receipts, message } = await queued({ type: "then", data: 1 }, { config });
    const { id } = only(receipts);
    await consume([message], envWith({ DISPATCH_QUEUE: deafQueue, HUB_CONFIG: { destinations: {}, routes: [] } }));
    const { config_version } = await eventRow(id);
    const [stored] = await rows<{ body: string }>("SELECT body FROM configs WHERE version = ?", config_version);
    expect(JSON.parse(stored?.body ?? "null")).toMatchObject({ routes: [{ id: config.routes[0]?.id }] });
    expect(await dispatchRow(`${id}-0`)).toMatchObject({ route: config.routes[0]?.id, destination: "d" });
  });

  it("is due when it would have been, and looked at no sooner than a minute after it is stored", async () => {
    const before = Date.now();
    const { receipts, message } = await queued([
      { type: "fast.due", data: 1 },
      { type: "fast.due", data: 2, delay: "30 minutes" },
    ]);
    const ids = receipts.map(({ id }) => `${id}-0`);
    const now = Date.now();
    await consume([emittedAgo(message, HOUR_MS / 4)], deaf);
    const [atOnce, delayed] = [await dispatchRow(ids[0] ?? ""), await dispatchRow(ids[1] ?? "")];
    expect(atOnce.due_at).toBeLessThanOrEqual(now - HOUR_MS / 4);
    expect(atOnce.due_at).toBeGreaterThanOrEqual(before - HOUR_MS / 4);
    expect(atOnce.check_at).toBeGreaterThanOrEqual(now + CHECK.graceMs);
    expect(delayed.due_at - atOnce.due_at).toBe(HOUR_MS / 2);
    expect(delayed.check_at).toBe(delayed.due_at + CHECK.graceMs);
  });

  it("starts its dispatches with the moment they are due at", async () => {
    const kept = keptQueue();
    const { receipts, message } = await queued({ type: "later.start", data: 1 });
    await consume([message], envWith({ DISPATCH_QUEUE: kept.queue }));
    const id = `${only(receipts).id}-0`;
    expect(kept.messages).toEqual([{ kind: "start", runs: [{ id, dueAt: (await dispatchRow(id)).due_at }] }]);
  });
});

function deep(levels: number): unknown {
  let data: unknown = 0;
  for (let level = 0; level < levels; level++) data = [data];
  return data;
}

/** The same message, had it been on the queue for so long. */
function emittedAgo(message: EmitMessage, ms: number): EmitMessage {
  const dispatches = message.plan.dispatches.map((one) => ({ ...one, dueAt: one.dueAt - ms, checkAt: one.checkAt - ms }));
  return { ...message, plan: { ...message.plan, dispatches } };
}

describe.concurrent("a queued call is stored once", () => {
  const ways: readonly [string, (message: EmitMessage) => Promise<unknown>][] = [
    ["its message comes once", async (message) => await consume([message])],
    ["its message comes twice in one batch", async (message) => await consume([message, message])],
    ["its message comes again later", async (message) => [await consume([message]), await consume([message])]],
    ["two consumers have it at once", async (message) => await Promise.all([consume([message]), consume([message])])],
    ["its commit is reported failed to the consumer", async (message) => await consume([message], unheardOnce())],
    [
      "it comes from the dead-letter queue after it came off the other",
      async (message) => [await consume([message]), await consume([message], env, DEAD_LETTER_QUEUE)],
    ],
  ];
  for (const [how, deliver] of ways) {
    for (const [where, d1] of [
      ["nothing reached the database", down],
      ["the commit of emit itself went unheard", mute],
    ] as const) {
      it(`and delivered once when ${how}, and ${where}`, async () => {
        const { receipts, message } = await queued({ type: "fast.once", data: 1 }, { d1: d1() });
        await deliver(message);
        const { id } = only(receipts);
        expect(await storedOf({ id })).toEqual({ events: [id], dispatches: [`${id}-0`] });
        expect(await settled(`${id}-0`)).toMatchObject({ status: "complete", attempts: 1 });
        expect(await executionsOf(`${id}-0`)).toHaveLength(1);
        expect(await callsOf(`${id}-0`)).toHaveLength(1);
      });
    }
  }

  it("and its dispatch is left as it stands when the message comes again after it has settled", async () => {
    const { receipts, message } = await queued({ type: "fast.settled", data: 1 });
    await consume([message]);
    const before = await settled(`${only(receipts).id}-0`);
    await consume([message]);
    expect(await dispatchRow(before.id)).toEqual(before);
    expect(await callsOf(before.id)).toHaveLength(1);
  });

  for (const queue of ["flowhub-dispatches", DEAD_LETTER_QUEUE]) {
    it(`and neither stored nor started again when its message comes again after a purge, from ${queue}`, async () => {
      const { receipts, message } = await queued([
        { type: "fast.purged", data: 1 },
        { type: "unrouted.purged", data: 2 },
      ]);
      await consume([message], deaf);
      const [first, second] = receipts.map(({ id }) => ({ id }));
      if (first === undefined || second === undefined) throw new Error("two receipts");
      await look(`${first.id}-0`);
      for (const table of ["executions WHERE dispatch_id", "dispatches WHERE id"]) await rows(`DELETE FROM ${table} = ?`, `${first.id}-0`);
      await rows("DELETE FROM events WHERE id IN (?, ?)", first.id, second.id);
      const kept = keptQueue();
      expect(await consume([message], envWith({ DISPATCH_QUEUE: kept.queue }), queue)).toEqual({ acked: [0], retried: [] });
      for (const receipt of [first, second]) expect(await storedOf(receipt)).toEqual({ events: [], dispatches: [] });
      expect(kept.messages).toEqual([]);
      expect(await callsOf(`${first.id}-0`)).toHaveLength(1);
    });
  }

  it("and noted once, whatever it holds and however often it comes", async () => {
    const { receipts, message } = await queued(Array.from({ length: 3 }, (_, data) => ({ type: "unrouted.noted", data })));
    await Promise.all([consume([message, message], deaf), consume([message], deaf)]);
    const notes = await rows("SELECT kind, detail FROM notes WHERE subject_id = 'queued' AND id = ?", receipts[0]?.id);
    expect(notes).toEqual([{ kind: "queued", detail: '{"events":3}' }]);
  });

  it("whole or not at all: a call of a hundred events", async () => {
    const type = unique("fast.");
    const { receipts, message } = await queued(Array.from({ length: 100 }, (_, number) => ({ type, data: number })));
    const cut = envWith({ DB: faultyD1(env.DB, { of: /INSERT INTO dispatches/, faultOf: () => "lost" }), DISPATCH_QUEUE: deafQueue });
    expect(await consume([message], cut)).toEqual({ acked: [], retried: [0] });
    expect(await eventsOf(type)).toEqual([]);
    await consume([message], deaf);
    expect((await eventsOf(type)).map(({ id, data }) => [id, Number(data)])).toEqual(receipts.map(({ id }, number) => [id, number]));
  });
});

const unheardOnce = () =>
  envWith({ DB: faultyD1(env.DB, { of: /INSERT INTO events/, faultOf: (nth) => (nth === 1 ? "unheard" : "none") }) });

describe.concurrent("until the database is back", () => {
  for (const [what, d1] of [
    ["away", down],
    ["full", () => down(FULL)],
  ] as const) {
    for (const queue of ["flowhub-dispatches", DEAD_LETTER_QUEUE]) {
      it(`a queued call is retried and not acknowledged while it is ${what}, and spoils nothing, on ${queue}`, async () => {
        const { receipts, message } = await queued({ type: "fast.waiting", data: 1 });
        expect(await consume([message, message], envWith({ DB: d1(), DISPATCH_QUEUE: deafQueue }), queue)).toEqual({
          acked: [],
          retried: [0, 1],
        });
        expect(await storedOf(only(receipts))).toEqual({ events: [], dispatches: [] });
        expect(await consume([message], env, queue)).toEqual({ acked: [0], retried: [] });
        expect(await settled(`${only(receipts).id}-0`)).toMatchObject({ status: "complete", attempts: 1 });
      });
    }
  }

  it("a queued call whose start cannot be sent is retried: it is stored, and started when the message comes again", async () => {
    const { receipts, message } = await queued({ type: "fast.unstarted", data: 1 });
    expect(await consume([message], envWith({ DISPATCH_QUEUE: refusingQueue() }))).toEqual({ acked: [], retried: [0] });
    const { id } = only(receipts);
    expect(await dispatchRow(`${id}-0`)).toMatchObject({ status: "ongoing", attempts: 0 });
    expect(await consume([message])).toEqual({ acked: [0], retried: [] });
    expect(await settled(`${id}-0`)).toMatchObject({ status: "complete", attempts: 1 });
  });

  it("a queued call from the dead-letter queue is tried for the four days that emit promises", async () => {
    const { message } = await queued({ type: "unrouted.patient", data: 1 });
    const waits: number[] = [];
    const deliveries = Array.from({ length: 100 }, (_, index) => ({
      id: String(index),
      timestamp: new Date(),
      attempts: index + 1,
      body: message,
      ack: () => waits.push(Number.NaN),
      retry: ({ delaySeconds }: { delaySeconds: number }) => waits.push(delaySeconds),
    }));
    await hubWorker.queue({ queue: DEAD_LETTER_QUEUE, messages: deliveries } as unknown as MessageBatch, envWith({ DB: down(FULL) }));
    expect(waits).toHaveLength(100);
    expect(waits.reduce((sum, seconds) => sum + seconds, 0) * 1_000).toBeGreaterThanOrEqual(4 * DAY_MS);
  });

  it("a message that says it is a queued call and is none is retried, and noted as undeliverable", async () => {
    const { receipts, message } = await queued({ type: "fast.malformed", data: 1 });
    const spoiled = { ...message, plan: { ...message.plan, events: message.plan.events.map((event) => ({ ...event, key: "k" })) } };
    expect(await consume([spoiled])).toEqual({ acked: [], retried: [0] });
    expect(await consume([spoiled], env, DEAD_LETTER_QUEUE)).toEqual({ acked: [0], retried: [] });
    const { id } = only(receipts);
    expect(await rows("SELECT kind FROM notes WHERE detail LIKE ?", `%${id}%`)).toEqual([{ kind: "undeliverable" }]);
    expect(await storedOf({ id })).toEqual({ events: [], dispatches: [] });
  });
});

describe.concurrent("what fits a message", () => {
  const config = { destinations: { d: { worker: "SCRIPTED" } }, routes: [{ id: "r", on: "sized", to: "d" }] };
  const sized = (data: string) => queued({ type: "sized", data }, { config });
  const bytesOf = (message: EmitMessage) => new TextEncoder().encode(JSON.stringify(message)).length;

  for (const [what, letter] of [
    ["letters", "x"],
    ["euro signs", "\u20ac"],
  ] as const) {
    it(`a call of ${what} that is 127,000 bytes with all that is owed is queued; one byte more is refused, and nothing is on the queue`, async () => {
      const rest = bytesOf((await sized("")).message);
      const fitting = letter.repeat(Math.floor((QUEUE.maxMessageBytes - rest) / new TextEncoder().encode(letter).length));
      const filled = fitting + "y".repeat(QUEUE.maxMessageBytes - rest - new TextEncoder().encode(fitting).length);
      const { receipts, message } = await sized(filled);
      expect(bytesOf(message)).toBe(127_000);
      await consume([message], deaf);
      expect(JSON.parse((await eventRow(only(receipts).id)).data)).toBe(filled);

      const kept = keptQueue();
      const given = envWith({ DB: down(), DISPATCH_QUEUE: kept.queue, HUB_CONFIG: config });
      const failure = await failureOf(emitOver(given, { type: "sized", data: `${filled}y` }));
      expect(failure).toMatch(/^\(storage\.unavailable\) .*Network connection lost.*too large to be queued.*127000 bytes/);
      expect(kept.messages).toEqual([]);
    });
  }

  it("the queue itself takes a call of almost 127,000 bytes", async () => {
    const type = unique("fast.");
    const [receipt] = await emitOver(envWith({ DB: down() }), { type, data: "x".repeat(110_000) });
    expect(receipt?.durability).toBe("queued");
    await expect.poll(async () => await eventsOf(type), { timeout: 10_000 }).toMatchObject([{ id: receipt?.id }]);
  });
});

describe.concurrent("what is not queued", () => {
  it("when the queue takes it neither, emit throws storage.unavailable and names what both said", async () => {
    const given = envWith({ DB: down(), DISPATCH_QUEUE: refusingQueue() });
    const failure = await failureOf(emitOver(given, { type: "unrouted.both", data: 1 }));
    expect(failure).toMatch(/^\(storage\.unavailable\) (?!.*\(storage).*Network connection lost.*Queue is overloaded/);
  });

  it("without allowQueued nothing goes onto the queue, be it left out, undefined or false", async () => {
    const kept = keptQueue();
    const given = envWith({ DB: down(), DISPATCH_QUEUE: kept.queue });
    const none = [undefined, null, {}, { allowQueued: undefined }, { allowQueued: false }];
    const faults = await Promise.all(
      none.map(async (options) => await faultOf(emitOver(given, { type: "fast.not", data: 1 }, { options: options ?? {} }))),
    );
    expect(faults).toEqual(none.map(() => "storage.unavailable"));
    expect(kept.messages).toEqual([]);
  });

  it("while the database answers the option changes nothing: the call is stored, with its dispatches in the receipt", async () => {
    const kept = keptQueue();
    const [receipt] = await emitOver(envWith({ DISPATCH_QUEUE: kept.queue }), { type: "fast.stored", data: 1 });
    expect(receipt).toMatchObject({ durability: "stored", duplicate: false, dispatches: [{ destination: "scripted" }] });
    expect(await eventRow(receipt?.id ?? "")).toMatchObject({ type: "fast.stored" });
    expect(kept.emits()).toEqual([]);
    expect(kept.started()).toEqual(receipt?.dispatches.map(({ id }) => id));
  });

  it("a database that fails once and then takes the call is no reason to queue it", async () => {
    const kept = keptQueue();
    const once = faultyD1(env.DB, { of: /INSERT INTO events/, faultOf: (nth) => (nth === 1 ? "lost" : "none") });
    const [receipt] = await emitOver(envWith({ DB: once, DISPATCH_QUEUE: kept.queue }), { type: "unrouted.again", data: 1 });
    expect([receipt?.durability, kept.emits()]).toEqual(["stored", []]);
  });

  const other: readonly [string, string, () => Partial<Env>, unknown][] = [
    ["a full database", "storage.full", () => ({ DB: down(FULL) }), { type: "fast.other", data: 1 }],
    ["an event that is too large", "payload.too_large", () => ({ DB: down() }), { type: "fast.other", data: "x".repeat(1.1 * 1024 ** 2) }],
    ["an event that is invalid", "event.invalid", () => ({ DB: down() }), { type: "fast.*", data: 1 }],
    ["a call without events", "batch.empty", () => ({ DB: down() }), []],
    ["a delay of 400 days", "delay.invalid", () => ({ DB: down() }), { type: "fast.other", data: 1, delay: "400 days" }],
    ["an invalid configuration", "config.invalid", () => ({ DB: down(), HUB_CONFIG: {} }), { type: "fast.other", data: 1 }],
    [
      "an error that is not the database's absence",
      "D1_ERROR: no such table: x",
      () => ({ DB: down("D1_ERROR: no such table: x") }),
      { type: "fast.other", data: 1 },
    ],
  ];
  for (const [what, fault, changes, input] of other) {
    it(`${what} is thrown as ever: ${fault}`, async () => {
      const kept = keptQueue();
      expect(await faultOf(emitOver(envWith({ ...changes(), DISPATCH_QUEUE: kept.queue }), input))).toBe(fault);
      expect(kept.messages).toEqual([]);
    });
  }

  for (const [state, d1] of [
    ["there", () => env.DB],
    ["away", down],
  ] as const) {
    it(`an event with a key is refused while the database is ${state}, by its place in the call, before anything is asked of it (key.not_queueable)`, async () => {
      const kept = keptQueue();
      const { d1: metered, measure } = meteredD1(d1());
      const given = envWith({ DB: metered, DISPATCH_QUEUE: kept.queue });
      const type = unique("unrouted.");
      const events = [
        { type, data: 1 },
        { type, data: 2, source: "tests", key: "k" },
      ];
      const { cost, result } = await measure(async () => await failureOf(emitOver(given, events)));
      expect(result).toMatch(/^\(key\.not_queueable\) Event 1/);
      expect([cost.roundTrips, kept.messages, await eventsOf(type)]).toEqual([0, [], []]);
    });
  }
});

describe.concurrent("options", () => {
  const wrong: readonly [string, unknown, RegExp][] = [
    ["a field that is not known", { allowQueud: true }, /"allowQueud".*did you mean "allowQueued"/],
    ["a text", { allowQueued: "true" }, /allowQueued: expected a boolean/],
    ["a number", { allowQueued: 1 }, /allowQueued: expected a boolean/],
    ["null", { allowQueued: null }, /allowQueued: expected a boolean/],
    ["a text instead of options", "allowQueued", /expected an object/],
    ["true instead of options", true, /expected an object/],
    ["a list instead of options", [], /expected an object/],
  ];
  for (const [what, options, text] of wrong) {
    it(`${what} is refused, by its name, over RPC as well, and nothing is stored (options.invalid)`, async () => {
      const type = unique("unrouted.");
      const failures = [
        await failureOf(emitOver(envWith({}), { type, data: 1 }, { options })),
        await failureOf(hub.emit({ type, data: 1 }, options as never)),
        await failureOf(producer.emit({ type, data: 1 }, options as never)),
      ];
      for (const failure of failures) expect(failure).toMatch(new RegExp(`^\\(options\\.invalid\\) .*${text.source}`));
      expect(await eventsOf(type)).toEqual([]);
    });
  }

  for (const [door, api] of [
    ["EventHub", () => hub],
    ["Producer", () => producer],
  ] as const) {
    it(`allowQueued passes the door ${door}`, async () => {
      const type = unique("unrouted.");
      const keyed = { type, data: 1, source: "tests", key: unique("k") };
      expect(await faultOf(api().emit(keyed, ALLOWED))).toBe("key.not_queueable");
      expect(await api().emit({ type, data: 2 }, ALLOWED)).toMatchObject([{ durability: "stored" }]);
      expect(await api().emit(keyed, { allowQueued: false })).toMatchObject([{ durability: "stored" }]);
      expect(await eventsOf(type)).toHaveLength(2);
    });
  }
});

const producer = env.PRODUCER as unknown as ProducerApi;
