import { describe, expect, it } from "vitest";
import type { BulkView } from "../../schema/contract/bulks.ts";
import { redriveNumberOf } from "../../schema/ids.ts";
import { MINUTE_MS } from "../../schema/limits.ts";
import { createHub } from "../../src/bindings/hub.ts";
import { failureOf, faultOf } from "./support/failures.ts";
import { envWith, hub, storedDispatch, unique } from "./support/hub.ts";
import { idAt } from "./support/old-chains.ts";
import { settleBySql } from "./support/operating.ts";
import { rows } from "./support/rows.ts";

const newId = () => createHub(envWith({})).newId();

async function failedDispatch(): Promise<string> {
  const id = await storedDispatch({ type: "later.twice", data: 1 });
  await settleBySql(id);
  return id;
}

const redrivesOf = async (id: string) => await rows<{ id: string }>("SELECT id FROM dispatches WHERE redrive_of = ?", id);
const notesOf = async (id: string) =>
  (await rows<{ kind: string }>("SELECT kind FROM notes WHERE subject_id = ?", id)).map(({ kind }) => kind);

describe("retryDispatch after the last of a line", () => {
  it("made twice retries once: the second is answered with the redrive of the first, in turn, at once, and when it is over", async () => {
    const id = await failedDispatch();
    const retry = async () => (await hub.retryDispatch(id, { after: id, delay: "1 hour" })).id;
    const all = await Promise.all([retry(), retry(), retry()]);
    const [redrive = ""] = all;
    expect([new Set(all).size, await redrivesOf(id), await notesOf(id)]).toEqual([1, [{ id: redrive }], ["retry"]]);
    await settleBySql(redrive);
    expect([await retry(), await redrivesOf(id)]).toEqual([redrive, [{ id: redrive }]]);
  });

  it("is made again by who has seen what came of it, of whichever link, and answered with the first that came since", async () => {
    const id = await failedDispatch();
    const first = (await hub.retryDispatch(id, { after: id, delay: "1 hour" })).id;
    await settleBySql(first);
    const second = (await hub.retryDispatch(id, { after: first, delay: "1 hour" })).id;
    expect([redriveNumberOf(second), await redrivesOf(id)]).toEqual([2, [{ id: first }, { id: second }]]);
    await settleBySql(second);
    const third = (await hub.retryDispatch(first, { after: second, delay: "1 hour" })).id;
    expect(redriveNumberOf(third)).toBe(3);
    const answers = await Promise.all([id, first, second].map(async (after) => (await hub.retryDispatch(second, { after })).id));
    expect(answers).toEqual([first, second, third]);
  });

  it("is refused where that is of another line, and as ever where it is ongoing or unknown", async () => {
    const [id, other] = [await failedDispatch(), await failedDispatch()];
    expect(await failureOf(hub.retryDispatch(id, { after: other }))).toContain(
      `(options.invalid) after: expected a dispatch of the line of ${id}`,
    );
    const ongoing = await storedDispatch({ type: "later.twice", data: 1 });
    expect(await faultOf(hub.retryDispatch(ongoing, { after: ongoing }))).toBe("dispatch.ongoing");
    expect(await redrivesOf(id)).toEqual([]);
  });
});

describe("a bulk operation with an id of the caller's", () => {
  const options = (id: string) => ({ id, by: "ada" });

  it("started twice is one, in turn and at once, and both are answered with it", async () => {
    const id = newId();
    const destination = unique("nowhere-");
    const start = async () => await hub.dismissDispatches({ destination }, options(id));
    const all = await Promise.all([start(), start(), start()]);
    all.push(await start());
    expect(all.map((bulk) => [bulk.id, bulk.startedAt])).toEqual(Array(4).fill([id, all[0]?.startedAt]));
    expect(await rows("SELECT id FROM bulks WHERE id = ?", id)).toHaveLength(1);
  });

  it("is the one it was for whoever asks again later, also when it is over", async () => {
    const id = newId();
    const start = async () => await hub.retryDispatches({ destination: "nowhere" }, { ...options(id), delay: "1 hour" });
    const first = await start();
    await hub.stopBulk(id);
    const again: BulkView = await start();
    expect(again).toMatchObject({ id, startedAt: first.startedAt });
    expect(again.state).not.toBe("running");
  });

  it("is refused for another: of another kind, with another filter, or delivered otherwise; who and why may differ", async () => {
    const id = newId();
    const destination = unique("nowhere-");
    await hub.retryDispatches({ destination }, options(id));
    expect(await failureOf(hub.cancelDispatches({ destination }, options(id)))).toContain(`(bulk.id_taken) ${id}`);
    expect(await faultOf(hub.dismissDispatches({ destination }, options(id)))).toBe("bulk.id_taken");
    expect(await faultOf(hub.retryDispatches({ destination: "elsewhere" }, options(id)))).toBe("bulk.id_taken");
    expect(await faultOf(hub.retryDispatches({ destination }, { ...options(id), delay: "1 hour" }))).toBe("bulk.id_taken");
    expect(await hub.retryDispatches({ destination }, { id, by: "grace", reason: "again" })).toMatchObject({ id, by: "ada" });
  });

  it("needs a UUIDv7 in small letters that is of no time to come", async () => {
    for (const id of ["", "one", crypto.randomUUID(), newId().toUpperCase(), `${newId()}-0`, idAt(Date.now() + 2 * MINUTE_MS), 7])
      expect([id, await faultOf(hub.dismissDispatches({}, { id: id as string }))]).toEqual([id, "options.invalid"]);
    expect(await faultOf(hub.retryDispatch(await failedDispatch(), { id: newId() } as object))).toBe("options.invalid");
    expect(await faultOf(hub.retryDispatches({}, { after: newId() } as object))).toBe("options.invalid");
  });
});
