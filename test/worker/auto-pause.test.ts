import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it } from "vitest";
import { createHub } from "../../src/bindings/hub.ts";
import { releaseBacklogs } from "../../src/hub/pause/release-backlogs.ts";
import { look, makeDue } from "./support/attempts.ts";
import { deafQueue, envWith, hub, storedDispatch } from "./support/hub.ts";
import { keptQueue } from "./support/kept-queue.ts";
import { meteredD1 } from "./support/metered-d1.ts";
import { dispatchRow, rows } from "./support/rows.ts";

const FAILING = { type: "fragile.x", data: { script: ["failed"] } };
const WORKING = { type: "fragile.x", data: {} };
const controlOf = async () => (await rows("SELECT * FROM controls WHERE destination = 'fragile'"))[0];
const notes = async () =>
  await rows<{ kind: string; by: string }>(`SELECT kind, "by" FROM notes WHERE subject_id = 'destination:fragile' ORDER BY id`);
const stateOf = async () => (await hub.listDestinations()).find(({ destination }) => destination === "fragile");

/** As if the time had come to try again. */
const probeIsDue = async () => await rows("UPDATE controls SET probe_at = 1 WHERE destination = 'fragile'");

/** Three failures in a row, of two dispatches. */
async function trip(): Promise<string> {
  const [one, two] = [await storedDispatch(FAILING), await storedDispatch(FAILING)];
  for (const id of [one, two, one]) {
    await makeDue(id);
    expect(await look(id)).toBe("retry:0");
  }
  return one;
}

afterEach(async () => {
  await rows("DELETE FROM controls WHERE destination = 'fragile'");
  await rows("DELETE FROM notes WHERE subject_id = 'destination:fragile'");
});

describe("a destination with autoPause", () => {
  it("is held back after so many failures in a row, whosever they are, and the hub says why", async () => {
    await trip();
    expect(await controlOf()).toMatchObject({ state: "tripped", failures: 3, by: "hub" });
    expect(await stateOf()).toMatchObject({ state: "tripped", by: "hub", reason: expect.any(String), since: expect.any(String) });
    expect(await notes()).toEqual([{ kind: "trip", by: "hub" }]);
  });

  it("is not attempted while it is, and no attempt is used up", async () => {
    await trip();
    const waiting = await storedDispatch(WORKING);
    expect(await look(waiting)).toMatch(/^retry:\d+$/);
    expect(await dispatchRow(waiting)).toMatchObject({ status: "ongoing", attempts: 0 });
  });

  it("is tried by one dispatch when it is time, and by no other meanwhile", async () => {
    await trip();
    await probeIsDue();
    const failing = await Promise.all([1, 2, 3, 4, 5].map(() => storedDispatch(FAILING)));
    const looks = await Promise.all(failing.map((id) => look(id)));
    expect(looks.filter((result) => result === "retry:0")).toHaveLength(1);
    expect(await controlOf()).toMatchObject({ state: "tripped", failures: 4 });
    expect(await notes()).toHaveLength(1);
  });

  it("goes on with the first attempt that succeeds", async () => {
    await trip();
    await probeIsDue();
    expect(await look(await storedDispatch(WORKING))).toContain("complete");
    expect(await controlOf()).toMatchObject({ state: "draining", failures: 0 });
    await releaseBacklogs(createHub(envWith({ DISPATCH_QUEUE: deafQueue })));
    expect(await stateOf()).toEqual({ destination: "fragile", state: "active" });
    expect(await notes()).toEqual([
      { kind: "trip", by: "hub" },
      { kind: "recover", by: "hub" },
    ]);
    expect(await look(await storedDispatch(WORKING))).toContain("complete");
  });

  it("a success in between starts the count again", async () => {
    const failing = await storedDispatch(FAILING);
    for (const id of [failing, failing, await storedDispatch(WORKING), failing, failing]) {
      await makeDue(id);
      await look(id);
    }
    expect(await controlOf()).toMatchObject({ state: "counting", failures: 2 });
    expect(await stateOf()).toEqual({ destination: "fragile", state: "active" });
  });

  it("that an operator resumes goes on, and one that an operator pauses stays paused whatever succeeds", async () => {
    await trip();
    expect(await hub.pauseDestination("fragile", { by: "ada" })).toMatchObject({ state: "paused", by: "ada" });
    await probeIsDue();
    expect(await look(await storedDispatch(WORKING))).toBe('{"status":"held"}');
    expect(await hub.resumeDestination("fragile", { by: "ada" })).toEqual({ destination: "fragile", state: "active" });
    expect(await look(await storedDispatch(WORKING))).toContain("complete");
  });

  it("is tripped by no event that it refuses for good", async () => {
    const refused = { type: "fragile.x", data: { script: [{ status: "failed", retryable: false, reason: "card declined" }] } };
    for (let nth = 0; nth < 4; nth++) expect(await look(await storedDispatch(refused))).toBe('{"status":"failed"}');
    expect(await controlOf()).toBeUndefined();
    await trip();
    await probeIsDue();
    expect(await look(await storedDispatch(refused))).toBe('{"status":"failed"}');
    expect(await controlOf()).toMatchObject({ state: "draining" });
  });

  it("whoever loses a probe waits no longer than for the next", async () => {
    await trip();
    await probeIsDue();
    const waiting = await Promise.all([1, 2, 3, 4].map(() => storedDispatch(FAILING)));
    const looks = (await Promise.all(waiting.map((id) => look(id)))).filter((result) => result !== "retry:0");
    expect(looks).toEqual(["retry:1000", "retry:1000", "retry:1000"]);
  });

  it("leaves the probe to those that have not failed, and takes it where none of them came", async () => {
    const poison = await trip();
    await makeDue(poison);
    await rows("UPDATE controls SET probe_at = ? WHERE destination = 'fragile'", Date.now());
    await rows("UPDATE dispatches SET due_at = ? WHERE id = ?", Date.now(), poison);
    expect(await look(poison)).toMatch(/^retry:(9\d\d|1000)$/);
    expect(await controlOf()).toMatchObject({ failures: 3 });
    await rows("UPDATE controls SET probe_at = ? WHERE destination = 'fragile'", Date.now() - 1_000);
    expect(await look(poison)).toBe("retry:0");
    expect(await controlOf()).toMatchObject({ failures: 4 });
  });

  it("without traffic is tried by one dispatch a minute, each time another, and all follow the first success", async () => {
    await trip();
    const ids = await Promise.all([1, 2, 3].map(() => storedDispatch(FAILING)));
    await rows(
      "UPDATE dispatches SET due_at = due_at - 600000, check_at = check_at - 600000 WHERE id IN (SELECT value FROM json_each(?))",
      JSON.stringify(ids),
    );
    await rows("UPDATE controls SET probe_at = ? WHERE destination = 'fragile'", Date.now() + 60_000);
    for (const id of ids) expect(await look(id)).toBe('{"status":"held"}');
    const tried: string[] = [];
    for (let minute = 0; minute < 3; minute++) {
      await probeIsDue();
      const kept = keptQueue();
      await releaseBacklogs(createHub(envWith({ DISPATCH_QUEUE: kept.queue })));
      const [id = ""] = kept.started();
      tried.push(...kept.started());
      expect(await look(id)).toBe("retry:0");
    }
    expect(tried.toSorted()).toEqual(ids.toSorted());
    await probeIsDue();
    expect(await look(await storedDispatch(WORKING))).toBe('{"status":"complete"}');
    const kept = keptQueue();
    await rows("UPDATE dispatches SET due_at = due_at - 5000 WHERE status = 'ongoing' AND destination = 'fragile'");
    await releaseBacklogs(createHub(envWith({ DISPATCH_QUEUE: kept.queue })));
    expect(kept.started()).toEqual(expect.arrayContaining(ids));
    expect(await controlOf()).toBeUndefined();
  });

  it("that answers costs no row more than any other", async () => {
    const written = async (type: string) => {
      const id = await storedDispatch({ type, data: {} });
      const metered = meteredD1(env.DB);
      return (await metered.measure(() => look(id, envWith({ DB: metered.d1 })))).cost;
    };
    expect(await written("fragile.cost")).toEqual(await written("once.cost"));
  });
});
