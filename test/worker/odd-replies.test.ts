import { describe, expect, it } from "vitest";
import { callsOf, errorOf, look, refuseExecutions, replying } from "./support/attempts.ts";
import { failureOf, faultOf } from "./support/failures.ts";
import { envWith, hub, only, storedDispatch, unique } from "./support/hub.ts";
import { notesOf } from "./support/reconciling.ts";
import { dispatchRow, executionsOf, rows } from "./support/rows.ts";

const listThat = (toJSON: () => unknown) => Object.assign([1], { toJSON });

/** A list that JSON would leave out, and one that it would call: what is checked must be what is stored. */
const HOSTILE: readonly [what: string, emit: readonly unknown[]][] = [
  ["data that says it is nothing", [{ type: "unrouted.x", data: listThat(() => undefined) }]],
  ["data that says it is something else", [{ type: "unrouted.x", data: { items: listThat(() => "other") } }]],
  ["a list with a member of its own", [{ type: "unrouted.x", data: Object.assign([1], { total: 1 }) }]],
  ["a list of holes", new Array(3)],
  ["a list of four thousand million holes", Object.assign([], { length: 2 ** 32 - 1 })],
];

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

  it("is recorded without them when the database will never take them", async () => {
    const id = await storedDispatch({ type: "once.odd", data: 1 });
    const type = unique("unrouted.");
    await rows(
      `CREATE TRIGGER refuse_odd BEFORE INSERT ON events WHEN new.type = '${type}' BEGIN SELECT RAISE(ABORT, 'no such thing'); END`,
    );
    let calls = 0;
    const given = replying(() => {
      calls += 1;
      return { status: "complete", emit: [{ type, data: 1 }] };
    });
    for (let looks = 0; looks < 3; looks++) await look(id, given);
    await rows("DROP TRIGGER refuse_odd");
    expect([calls, (await dispatchRow(id)).status]).toEqual([1, "failed"]);
    const { message = "" } = errorOf(only(await executionsOf(id))) ?? {};
    expect(message).toMatch(/^the events of the reply could not be stored: .*no such thing/);
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
