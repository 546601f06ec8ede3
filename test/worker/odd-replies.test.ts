import { introspectWorkflowInstance } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { createHub } from "../../src/bindings/hub.ts";
import { readDeliverResult } from "../../src/executor/deliver-result.ts";
import { record } from "../../src/executor/record.ts";
import { callsOf, errorOf, look, refuse, refuseExecutions, replying } from "./support/attempts.ts";
import { failureOf, faultOf } from "./support/failures.ts";
import { deafQueue, envWith, hub, only, storedDispatch, unique } from "./support/hub.ts";
import { notesOf } from "./support/reconciling.ts";
import { dispatchRow, executionsOf, rows, settled } from "./support/rows.ts";

const listThat = (toJSON: () => unknown) => Object.assign([1], { toJSON });

/** A list that JSON would leave out, and one that it would call: what is checked must be what is stored. */
const HOSTILE: readonly [what: string, emit: readonly unknown[]][] = [
  ["data that says it is nothing", [{ type: "unrouted.x", data: listThat(() => undefined) }]],
  ["data that says it is something else", [{ type: "unrouted.x", data: { items: listThat(() => "other") } }]],
  ["a list with a member of its own", [{ type: "unrouted.x", data: Object.assign([1], { total: 1 }) }]],
  ["a list of holes", new Array(3)],
  ["a list of four thousand million holes", Object.assign([], { length: 2 ** 32 - 1 })],
];

const quiet = envWith({ DISPATCH_QUEUE: deafQueue });

/** The record that a look left for the next step. */
function handedOver(result: string) {
  const read = readDeliverResult(result);
  if (!("unrecorded" in read)) throw new Error(`nothing was handed over: ${result}`);
  return read.unrecorded;
}

describe("a reply whose events cannot be stored", () => {
  it.each(HOSTILE)("is one recorded attempt, failed for good: %s", async (_, emit) => {
    const id = await storedDispatch({ type: "once.odd", data: 1 });
    let calls = 0;
    const given = replying(() => {
      calls += 1;
      return { status: "complete", emit };
    });
    for (let looks = 0; looks < 3; looks++) await look(id, given);
    const { status, reason } = await dispatchRow(id);
    expect({ calls, status, recorded: (await executionsOf(id)).length }).toEqual({ calls: 1, status: "failed", recorded: 1 });
    expect(reason).toMatch(/^\(reply\.invalid\) /);
  });

  it("is recorded when the events are wider than a path can gather, and the events are routed", async () => {
    const type = unique("wide.");
    const wide = envWith({
      HUB_CONFIG: {
        destinations: { scripted: { worker: "SCRIPTED" } },
        routes: [
          { id: "wide", on: type, where: { path: "$.data.items[*]", exact: 1 }, to: "scripted" },
          { id: "deep", on: type, where: { path: "$..*", exact: 0 }, to: "scripted" },
          { id: "counted", on: type, where: { path: "$.data[?count(@[*]) == 200000]", exists: true }, to: "scripted" },
        ],
      },
    });
    const id = await storedDispatch({ type: "once.odd", data: 1 });
    const given = replying(() => ({ status: "complete", emit: [{ type, data: { items: Array(200_000).fill(0) } }] }), {
      HUB_CONFIG: wide.HUB_CONFIG,
    });
    expect(await look(id, given)).toBe('{"status":"complete"}');
    const event = only(await rows<{ id: string }>("SELECT id FROM events WHERE type = ?", type));
    const owed = await rows<{ route: string }>("SELECT route FROM dispatches WHERE event_id = ? ORDER BY id", event.id);
    expect(owed.map(({ route }) => route)).toEqual(["deep", "counted"]);
  });

  it("is handed over while the database refuses them, and written without them when it goes on doing so", async () => {
    const id = await storedDispatch({ type: "once.odd", data: 1 });
    const type = unique("unrouted.");
    const allow = await refuse("events", `new.type = '${type}'`);
    const result = await look(
      id,
      replying(() => ({ status: "complete", emit: [{ type, data: 1 }] })),
    );
    const unrecorded = handedOver(result);
    for (const tries of [1, 2, 3]) expect(await failureOf(record(createHub(quiet), unrecorded, { tries }))).toContain("no such thing");
    expect(await executionsOf(id)).toEqual([]);
    expect(await record(createHub(quiet), unrecorded, { tries: 4 })).toEqual({ status: "failed" });
    await allow();
    expect(await dispatchRow(id)).toMatchObject({ status: "failed", attempts: 1 });
    const { message = "" } = errorOf(only(await executionsOf(id))) ?? {};
    expect(message).toMatch(/^the events of the reply could not be stored: .*no such thing/);
  });

  it("is recorded in a run after some tries of a step of its own, and the destination called once", async () => {
    const type = unique("unrouted.");
    const allow = await refuse("events", `new.type = '${type}'`);
    const script = [{ status: "complete", emit: [{ type, data: 1 }] }];
    const id = await storedDispatch({ type: "fast.odd", data: { script } });
    await using run = await introspectWorkflowInstance(env.DISPATCH_WORKFLOW, id);
    await run.modify(async (modifier) => await modifier.disableRetryDelays([{ name: "record 1" }]));
    await env.DISPATCH_WORKFLOW.createBatch({ instances: [{ id, params: { id, dueAt: 0 } }] });
    expect(await settled(id)).toMatchObject({ status: "failed", attempts: 1 });
    await allow();
    expect(await callsOf(id)).toHaveLength(1);
  });

  it("is written with its events when the database had but a bad moment that nobody foresaw", async () => {
    const id = await storedDispatch({ type: "once.odd", data: 1 });
    const type = unique("unrouted.");
    const allow = await refuse("events", `new.type = '${type}'`);
    const unrecorded = handedOver(
      await look(
        id,
        replying(() => ({ status: "complete", emit: [{ type, data: 1 }] })),
      ),
    );
    await allow();
    expect(await record(createHub(quiet), unrecorded, { tries: 1 })).toEqual({ status: "complete" });
    expect(await rows("SELECT 1 FROM events WHERE type = ?", type)).toHaveLength(1);
  });

  it("is handed over to be written when not even that can be recorded: the destination is not called again", async () => {
    const id = await storedDispatch({ type: "once.odd", data: 1 });
    const allow = await refuseExecutions(id, "for good");
    const result = await look(
      id,
      replying(() => ({ status: "complete" })),
    );
    await allow();
    expect(JSON.parse(result)).toMatchObject({ unrecorded: { dispatchId: id, attempt: 1, outcome: "complete" } });
  });
});

describe("an attempt", () => {
  it.each([
    ["failed", { status: "failed", reason: "no stock", retryable: false }],
    ["complete", { status: "complete", note: "odd" }],
  ])("whose text the database refuses is recorded by its outcome alone: %s", async (outcome, said) => {
    const id = await storedDispatch({ type: "once.odd", data: 1 });
    const allow = [
      await refuse("executions", `new.dispatch_id = '${id}' AND new.error LIKE '%stock%'`),
      await refuse("notes", `new.subject_id = '${id}'`),
    ];
    let calls = 0;
    const given = replying(() => {
      calls += 1;
      return said;
    });
    const unrecorded = handedOver(await look(id, given));
    expect(await record(createHub(quiet), unrecorded, { tries: 4 })).toEqual({ status: outcome });
    for (const go of allow) await go();
    expect([calls, only(await executionsOf(id)).outcome, (await dispatchRow(id)).status]).toEqual([1, outcome, outcome]);
    const kept = outcome === "failed" ? "the database refused the record of this attempt: its error is left out" : null;
    expect((await dispatchRow(id)).reason).toBe(kept);
  });

  it("is recorded, and not made again, when what is stored of its dispatch cannot be planned with", async () => {
    const id = await storedDispatch({ type: "once.odd", data: 1 });
    await rows("UPDATE dispatches SET policy = '{\"timeoutMs\":1000}' WHERE id = ?", id);
    let calls = 0;
    const given = replying(() => {
      calls += 1;
      return "failed";
    });
    for (let looks = 0; looks < 3; looks++) await look(id, given);
    expect([calls, (await dispatchRow(id)).status, (await executionsOf(id)).length]).toEqual([1, "failed", 1]);
  });

  it("takes the ordinal after the last that is recorded, so that its answer stands, also where one is missing", async () => {
    const id = await storedDispatch({ type: "fast.odd", data: 1 });
    await look(
      id,
      replying(() => "failed"),
    );
    await rows("UPDATE executions SET attempt = 2 WHERE dispatch_id = ?", id);
    await rows("UPDATE dispatches SET due_at = 1 WHERE id = ?", id);
    let calls = 0;
    const given = replying(() => {
      calls += 1;
      return "complete";
    });
    for (let looks = 0; looks < 3; looks++) await look(id, given);
    expect([calls, (await dispatchRow(id)).status]).toEqual([1, "complete"]);
    expect((await executionsOf(id)).map(({ attempt }) => attempt)).toEqual([2, 3]);
  });
});

/** How long its look may take on a busy machine, where it must not depend on what was said. */
const SHORT_MS = 5_000;

describe.each([
  ["never", "failed"],
  ["a stub that never answers", "failed"],
  ["a stream", "failed"],
  ["a stub in its events", "failed"],
  ["a surplus stub", "complete"],
  ["a number of digits", "failed"],
  ["a million fields", "complete"],
  ["throw holes", "failed"],
  ["throw a chain", "failed"],
  ["throw an aggregate", "failed"],
  ["throw megabytes", "failed"],
])("a destination that answers %s", (odd, outcome) => {
  it("is called once, has its attempt recorded in short words, and holds nobody up", async () => {
    const id = await storedDispatch({ type: "impatient.odd", data: { script: [{ odd }] } });
    const startedAt = Date.now();
    await look(id);
    expect(Date.now() - startedAt).toBeLessThan(SHORT_MS);
    expect(await callsOf(id)).toHaveLength(1);
    const execution = only(await executionsOf(id));
    expect(execution.outcome).toBe(outcome);
    for (const text of [execution.error, ...(await notesOf(id)).map(({ reason }) => reason)]) {
      expect((text ?? "").length).toBeLessThan(5_000);
      expect(text ?? "").not.toContain("\0");
    }
    expect(await failureOf(hub.getDispatch(id))).toBe("no failure");
  });
});

describe("a reply with a known status", () => {
  it("is heard with what else it says, over RPC, and what is odd of it is noted", async () => {
    const script = [{ status: "failed", retryable: false, reason: "card declined", code: 402 }];
    const id = await storedDispatch({ type: "fast.odd", data: { script } });
    expect(await look(id)).toBe('{"status":"failed"}');
    expect(await dispatchRow(id)).toMatchObject({ reason: "card declined", attempts: 1 });
    expect(await notesOf(id)).toMatchObject([
      {
        kind: "odd_reply",
        by: "hub",
        reason: 'unknown field "code" (allowed: status, reason, retryAfter, retryable)',
        detail: { attempt: 1 },
      },
    ]);
    expect(await callsOf(id)).toHaveLength(1);
  });

  it("is finished work whatever else it says", async () => {
    const id = await storedDispatch({ type: "fast.odd", data: { script: [{ status: "complete", reason: "done" }] } });
    expect(await look(id)).toBe('{"status":"complete"}');
    expect(await notesOf(id)).toMatchObject([{ kind: "odd_reply", reason: 'unknown field "reason" (allowed: status, emit)' }]);
  });

  it("that is heard in full leaves no note", async () => {
    const id = await storedDispatch({ type: "fast.odd", data: { script: [{ status: "failed", retryable: false, reason: "x" }] } });
    await look(id);
    expect(await notesOf(id)).toEqual([]);
  });

  it("may say when to come again in seconds, as a Retry-After header does, or as a moment", async () => {
    for (const retryAfter of [120, "120", "2 minutes", new Date(Date.now() + 120_000)]) {
      const id = await storedDispatch({ type: "fast.odd", data: 1 });
      const waited = Number(
        (
          await look(
            id,
            replying(() => ({ status: "failed", retryAfter })),
          )
        ).replace("retry:", ""),
      );
      expect(waited).toBeGreaterThan(110_000);
      expect(waited).toBeLessThanOrEqual(120_000);
    }
  });
});

describe("emit", () => {
  it("refuses lists with holes and lists with members by a fault, and stores nothing", async () => {
    const list = listThat(() => undefined);
    const type = unique("unrouted.");
    expect(await faultOf(hub.emit(new Array(3)))).toBe("event.invalid");
    expect(await faultOf(hub.emit([{ type, data: 1 }, ...new Array(1)] as never))).toBe("event.invalid");
    expect(await faultOf(hub.emit({ type, data: list as never }))).toBe("payload.not_json");
    expect(await faultOf(hub.emit({ type, data: { items: list } as never }))).toBe("payload.not_json");
    expect(await rows("SELECT 1 FROM events WHERE type = ?", type)).toEqual([]);
  });

  it("stores the widest event, and it can be explained and previewed", async () => {
    const input = { type: "fast.wide", data: { items: Array(250_000).fill(0) } };
    const { id } = only(await hub.emit(input));
    expect(await failureOf(hub.explainEvent(id))).toBe("no failure");
    expect(await failureOf(hub.previewEmit(input))).toBe("no failure");
  });
});
