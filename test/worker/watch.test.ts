import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { WatchLine } from "../../schema/contract/dispatches.ts";
import { createHub } from "../../src/bindings/hub.ts";
import { watchDispatch } from "../../src/hub/read/watch.ts";
import { look } from "./support/attempts.ts";
import { failureOf } from "./support/failures.ts";
import { deafQueue, envWith, hub, startedDispatch, storedDispatch } from "./support/hub.ts";
import { meteredD1 } from "./support/metered-d1.ts";
import { rows, settled, until } from "./support/rows.ts";

/** Reads the lines of a watch as they come. */
class Watch {
  readonly lines: WatchLine[] = [];
  readonly text: string[] = [];
  readonly ended: Promise<void>;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader();
    this.ended = this.#read();
    // Who waits for the end hears of it; a test that does not should not fail beside itself.
    this.ended.catch(() => undefined);
  }

  async #read(): Promise<void> {
    const decoder = new TextDecoder();
    let rest = "";
    for (;;) {
      const { value, done } = await this.#reader.read();
      if (done) break;
      const parts = (rest + decoder.decode(value, { stream: true })).split("\n");
      rest = parts.pop() ?? "";
      this.text.push(...parts);
      this.lines.push(...parts.map((part) => JSON.parse(part) as WatchLine));
    }
    if (rest !== "") throw new Error(`a line that does not end: ${rest}`);
  }

  async line(found: (line: WatchLine) => boolean): Promise<WatchLine> {
    return await until(async () => this.lines.find(found), { what: "a line of the watch", withinMs: 8_000 });
  }

  /** Goes away. A read that is under way is told so by workerd with an error of its own. */
  async cancel(): Promise<void> {
    await this.#reader.cancel();
    const end = await failureOf(this.ended);
    if (!["no failure", "Stream was cancelled."].includes(end)) throw new Error(end);
  }

  /** The stages shown, and the types of the run's events, each once it changes. */
  stages(): string[] {
    return this.lines.flatMap((line) => (line.kind === "dispatch" ? [line.dispatch.stage] : []));
  }

  events(): string[] {
    return this.lines.flatMap((line) => (line.kind === "run" ? [line.event.type] : []));
  }
}

async function watch(id: string): Promise<Watch> {
  const stream = await hub.watchDispatch(id);
  if (stream === null) throw new Error(`nothing to watch: ${id}`);
  return new Watch(stream);
}

const isRun = (type: string) => (line: WatchLine) => line.kind === "run" && line.event.type === type;
const start = async (id: string, dueAt = 0) => await env.DISPATCH_WORKFLOW.createBatch({ instances: [{ id, params: { id, dueAt } }] });

describe.concurrent("watchDispatch", () => {
  it("of a dispatch that is done at once ends with how it settled", async () => {
    const watched = await watch(await startedDispatch({ type: "fast.watched", data: 1 }));
    await watched.ended;
    expect(watched.lines[0]).toMatchObject({ kind: "dispatch", dispatch: { route: "fast" } });
    expect(watched.lines.at(-1)).toMatchObject({ kind: "dispatch", dispatch: { status: "complete", attempts: 1 } });
  });

  it("of a delayed dispatch that fails first shows each stage and each event of its run, in order, and then ends", async () => {
    const id = await startedDispatch({ type: "delayed.watched", data: { script: ["failed", { takesMs: 200, reply: "complete" }] } });
    const watched = await watch(id);
    await watched.ended;
    expect(watched.stages()[0]).toBe("scheduled");
    expect(watched.stages().at(-1)).toBe("complete");
    const events = watched.events();
    const order = [
      "workflow_queued",
      "workflow_started",
      "sleep_started",
      "sleep_completed",
      "step_started",
      "attempt_started",
      "attempt_errored",
    ];
    expect(events.filter((type) => order.includes(type)).slice(0, order.length)).toEqual(order);
    const errored = watched.lines.find(isRun("attempt_errored"));
    expect(errored).toMatchObject({
      event: { attempt: 1, timestamp: expect.stringMatching(/^\d{4}-.*Z$/), retryDelayMs: expect.any(Number) },
    });
    expect(watched.lines.at(-1)).toMatchObject({ kind: "dispatch", dispatch: { status: "complete", attempts: 2 } });
  });

  it("shows a line only when something has changed, and none twice", async () => {
    const watched = await watch(await startedDispatch({ type: "constant.watched", data: { script: ["failed", "failed", "complete"] } }));
    await watched.ended;
    expect(new Set(watched.text).size).toBe(watched.text.length);
  });

  it("tells nothing of the payload, neither of the event nor of the reply", async () => {
    const reply = { status: "complete", emit: [{ type: "unrouted.secret", data: "do-not-show" }] };
    const data = { secret: "do-not-show", script: ["failed", reply] } as never;
    const watched = await watch(await startedDispatch({ type: "delayed.secret", data }));
    await watched.ended;
    expect(watched.text.length).toBeGreaterThan(2);
    expect(watched.text.join()).not.toContain("do-not-show");
    for (const line of watched.lines) {
      if (line.kind === "run") expect(Object.keys(line.event)).not.toEqual(expect.arrayContaining(["output"]));
      if (line.kind === "run") expect(Object.keys(line.event)).not.toEqual(expect.arrayContaining(["params"]));
    }
  });

  it("of a settled dispatch is one line", async () => {
    const id = await startedDispatch({ type: "once.watched", data: { script: ["ignored"] } });
    await settled(id);
    const watched = await watch(id);
    await watched.ended;
    expect(watched.lines).toMatchObject([{ kind: "dispatch", dispatch: { id, status: "ignored", stage: "ignored" } }]);
  });

  it("of a dispatch that does not exist is null", async () => {
    expect(await hub.watchDispatch("nobody")).toBeNull();
  });

  it("of a dispatch whose run is not there yet waits for it, and goes on with it", async () => {
    const id = await storedDispatch({ type: "fast.unborn", data: 1 });
    const watched = await watch(id);
    await scheduler.wait(1_500);
    expect(watched.lines).toMatchObject([{ kind: "dispatch", dispatch: { stage: "running" } }]);
    await start(id);
    await watched.ended;
    expect(watched.lines.at(-1)).toMatchObject({ dispatch: { status: "complete" } });
  });

  it("goes on when the run is deleted and created anew, with the events of the new one", async () => {
    const id = await startedDispatch({ type: "delayed.replaced", data: 1, delay: "1 hour" });
    const watched = await watch(id);
    await watched.line(isRun("sleep_started"));
    await env.DISPATCH_WORKFLOW.deleteBatch([id]);
    await scheduler.wait(1_200);
    const soon = Date.now() + 2_500;
    await rows("UPDATE dispatches SET due_at = ? WHERE id = ?", soon, id);
    await start(id, soon);
    await watched.line(isRun("sleep_completed"));
    await watched.ended;
    expect(watched.events().filter((type) => type === "workflow_started")).toHaveLength(2);
    expect(watched.lines.at(-1)).toMatchObject({ dispatch: { status: "complete", attempts: 1 } });
  });

  it("goes on when the run is restarted", async () => {
    const id = await startedDispatch({ type: "delayed.restarted", data: 1, delay: "3s" });
    const watched = await watch(id);
    await watched.line(isRun("sleep_started"));
    await (await env.DISPATCH_WORKFLOW.get(id)).restart();
    await watched.ended;
    expect(watched.lines.at(-1)).toMatchObject({ dispatch: { status: "complete", attempts: 1 } });
  });

  it("sees what is done to the dispatch beside its run", async () => {
    const id = await startedDispatch({ type: "later.cancelled", data: 1 });
    const watched = await watch(id);
    await watched.line(isRun("sleep_started"));
    await rows("UPDATE dispatches SET status = 'cancelled', settled_at = ?, check_at = NULL WHERE id = ?", Date.now(), id);
    await watched.ended;
    expect(watched.lines.at(-1)).toMatchObject({ kind: "dispatch", dispatch: { status: "cancelled" } });
  });

  it("sees an attempt that is recorded while no run is there", async () => {
    const id = await storedDispatch({ type: "patient.runless", data: { script: ["failed"] } });
    const watched = await watch(id);
    await look(id);
    await watched.line((line) => line.kind === "dispatch" && line.dispatch.attempts === 1);
    expect(watched.stages()).toEqual(["running", "waiting to retry"]);
    await watched.cancel();
  });

  it("ends when the dispatch is no longer there", async () => {
    const id = await storedDispatch({ type: "later.removed", data: 1 });
    const watched = await watch(id);
    await watched.line((line) => line.kind === "dispatch");
    await rows("DELETE FROM dispatches WHERE id = ?", id);
    await watched.ended;
    expect(watched.lines).toHaveLength(1);
  });

  it("several watch one dispatch, each from its beginning", async () => {
    const id = await startedDispatch({ type: "delayed.several", data: 1 });
    const watches = await Promise.all([watch(id), watch(id), watch(id)]);
    await Promise.all(watches.map(async (watched) => await watched.ended));
    for (const watched of watches) {
      expect(watched.events()).toContain("workflow_started");
      expect(watched.lines.at(-1)).toMatchObject({ dispatch: { status: "complete" } });
    }
  });

  for (const when of ["before it read anything", "while the run says nothing", "while no run is there"] as const) {
    it(`a reader that goes away ${when} is let go cleanly, and the dispatch goes on`, async () => {
      const input = { type: "delayed.left", data: 1 };
      const id = when === "while no run is there" ? await storedDispatch(input) : await startedDispatch(input);
      const watched = await watch(id);
      if (when === "while the run says nothing") await watched.line(isRun("sleep_started"));
      if (when === "while no run is there") await watched.line((line) => line.kind === "dispatch");
      await watched.cancel();
      if (when === "while no run is there") await start(id);
      expect(await settled(id)).toMatchObject({ status: "complete" });
    });
  }

  it("asks the database nothing more once its reader has gone away", async () => {
    const id = await startedDispatch({ type: "later.left", data: 1 });
    const { d1, measure } = meteredD1(env.DB);
    const stream = await watchDispatch(createHub(envWith({ DB: d1, DISPATCH_QUEUE: deafQueue })), id);
    if (stream === null) throw new Error("nothing to watch");
    const watched = new Watch(stream);
    await watched.line(isRun("sleep_started"));
    const left = await Promise.race([watched.cancel().then(() => "at once"), scheduler.wait(3_000).then(() => "not within 3 s")]);
    const { cost } = await measure(async () => await scheduler.wait(2_500));
    expect({ left, asked: cost.roundTrips }).toEqual({ left: "at once", asked: 0 });
  });
});
