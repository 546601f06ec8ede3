/** What can be done in the console, what the hub has stored afterwards, and what is refused. */
import type { EmitInput, Status } from "flowhub";
import type { Locator, Page, Request } from "playwright-core";
import { describe, expect, it } from "vitest";
import { plain } from "../../tools/local/observer.ts";
import { answered, cellsOf, consoleTest, dispatchTo, eventually, textOf } from "./console-test.ts";

const { hub, shop, openTab, startQuietHub, emit, stored } = consoleTest();

const HOUR_MS = 3_600_000;

describe("A dispatch that failed", () => {
  it("goes through when it is retried, and the retry is told on both", async () => {
    const failed = await declined("declined once");
    const page = await openTab();
    await page.goto(`/dispatches/${failed}`);
    await page.getByRole("button", { name: "Retry", exact: true }).click();
    await page.waitForURL(`**/dispatches/${failed}-r1_*`);
    expect(await textOf(page.getByRole("status"))).toBe("Retried: this is the new dispatch.");
    const redrive = await shop().redrive(failed, 1);
    await shop().until(redrive, "complete");
    await page.getByRole("heading", { name: "order.placed to billing complete" }).waitFor();
    const { notes } = await stored(failed);
    expect(notes).toMatchObject([{ kind: "retry", by: "local", detail: { redrive } }]);
    await page
      .locator(".facts")
      .getByRole("link", { name: `…${failed.slice(-12)}` })
      .click();
    await page.waitForURL(`**/dispatches/${failed}`);
    expect(await textOf(page.locator("main .lines"))).toMatch(/^retry by local \{"redrive":/);
    expect(await page.getByRole("button", { name: "Retry", exact: true }).count()).toBe(0);
    await page.locator(".title").getByRole("link").click();
    await page.waitForURL(`**/dispatches/${failed}-r1_*`);
  });

  it("is retried otherwise: later, with another timeout, fewer retries, and for a reason that is kept", async () => {
    const failed = await refused("otherwise");
    const page = await openTab();
    await page.goto(`/dispatches/${failed}`);
    await page.getByText("Retry otherwise…").click();
    await page.getByLabel("Not before, from now").fill("2 hours");
    await page.getByLabel("Time an attempt may take").fill("30s");
    await page.getByLabel("Retries after the first attempt").fill("0");
    await page.getByLabel("Reason").first().fill("the quota was raised");
    const before = Date.now();
    await page.getByRole("button", { name: "Retry it so" }).click();
    await page.waitForURL(`**/dispatches/${failed}-r1_*`);
    expect(await textOf(page.locator(".facts"))).toContain("Policy 30s an attempt, no retry");
    expect(await page.locator(".timeline .wait text").textContent()).toMatch(/^due in (1h 59m|2h)/);
    const redrive = await stored(await shop().redrive(failed, 1));
    expect(redrive).toMatchObject({ stage: "scheduled", redriveOf: failed, policy: { timeoutMs: 30_000, retry: { limit: 0 } } });
    expect(Date.parse(redrive.dueAt)).toBeGreaterThanOrEqual(before + 2 * HOUR_MS);
    expect(Date.parse(redrive.dueAt)).toBeLessThanOrEqual(Date.now() + 2 * HOUR_MS);
    await page.goto(`/dispatches/${failed}`);
    expect(await textOf(page.locator("main .lines"))).toContain("retry by local: the quota was raised");
    expect((await stored(failed)).notes).toMatchObject([{ kind: "retry", by: "local", reason: "the quota was raised" }]);
  });

  it("is not retried with options that mean nothing: the answer names them", async () => {
    const failed = await refused("options");
    const page = await openTab({ expects: [answered(400)] });
    await page.goto(`/dispatches/${failed}`);
    await page.getByText("Retry otherwise…").click();
    await page.getByLabel("Not before, from now").fill("soon");
    await page.getByRole("button", { name: "Retry it so" }).click();
    expect(await textOf(page.getByRole("alert"))).toMatch(/^delay: /);
    expect(await dispatchesOf(failed)).toEqual({ [failed]: "failed" });
  });

  it("is not retried when somebody else has just done so: what they made is shown", async () => {
    const failed = await refused("meanwhile");
    const page = await openTab();
    await page.goto(`/dispatches/${failed}`);
    const redrive = plain(await hub().retryDispatch(failed, { delay: "1 day" }));
    await page.getByRole("button", { name: "Retry", exact: true }).click();
    await page.getByText("Redrive of").waitFor();
    expect(new URL(page.url()).pathname).toBe(`/dispatches/${redrive.id}`);
    expect(await dispatchesOf(failed)).toEqual({ [failed]: "failed", [redrive.id]: "ongoing" });
  });
});

describe("A dispatch that is scheduled", () => {
  it("is delivered at once when it is to run now", async () => {
    const id = await scheduled();
    const page = await openTab();
    await page.goto(`/dispatches/${id}`);
    await page.getByRole("button", { name: "Run now" }).click();
    await page.getByRole("status").getByText("Due now.").waitFor();
    await page.getByRole("heading", { name: "invoice.sent to email complete" }).waitFor();
    const { status, notes } = await stored(id);
    expect(status).toBe("complete");
    expect(notes).toMatchObject([{ kind: "run_now", by: "local" }]);
    expect(await textOf(page.locator("main .lines"))).toContain("run now by local");
  });

  it("is cancelled only when that is confirmed, with a reason that is kept", async () => {
    const id = await scheduled();
    const page = await openTab();
    await page.goto(`/dispatches/${id}`);
    await page.getByText("Cancel…").click();
    await page.getByText("This cannot be undone; it can be retried later.").waitFor();
    expect(await stored(id)).toMatchObject({ status: "ongoing", notes: [] });
    await page.getByLabel("Reason").fill("nobody wants it");
    await page.getByRole("button", { name: "Cancel this dispatch" }).click();
    await page.getByRole("heading", { name: /cancelled$/ }).waitFor();
    expect(await textOf(page.getByRole("status"))).toMatch(/^Cancelled\./);
    expect(await textOf(page.locator("main .lines"))).toContain("cancel by local: nobody wants it");
    expect(await stored(id)).toMatchObject({
      status: "cancelled",
      attempts: 0,
      notes: [{ kind: "cancel", by: "local", reason: "nobody wants it" }],
    });
  });

  it("is neither run nor cancelled from a page that is outdated: the answer says that it is over", async () => {
    for (const action of ["Run now", "Cancel"]) {
      const id = await scheduled();
      const page = await openTab({ script: false, expects: [answered(409)] });
      await page.goto(`/dispatches/${id}`);
      await hub().cancelDispatch(id, { by: "somebody else" });
      if (action === "Cancel") await page.getByText("Cancel…").click();
      await page.getByRole("button", { name: action === "Cancel" ? "Cancel this dispatch" : action }).click();
      await page.getByRole("heading", { name: "That is not possible now" }).waitFor();
      expect(await textOf(page.getByRole("alert"))).toMatch(/it is cancelled\.$/);
      expect((await stored(id)).notes).toMatchObject([{ kind: "cancel", by: "somebody else" }]);
    }
  });
});

describe("An event", () => {
  const thanked: EmitInput = { type: "order.thanked", data: { customer: "Ada" }, delay: "1 day" };

  it("is cancelled for everybody who has not had it, after a question", async () => {
    const { id, dispatches } = await emit(thanked);
    const page = await openTab();
    await page.goto(`/events/${id}`);
    await page.getByText("Cancel what is ongoing…").click();
    expect(dispatches.length).toBe(2);
    for (const dispatch of dispatches) expect((await stored(dispatch.id)).status).toBe("ongoing");
    await page.getByLabel("Reason").fill("sent by mistake");
    await page.getByRole("button", { name: "Cancel its ongoing dispatches" }).click();
    await page.getByRole("status").getByText("Cancelled.").waitFor();
    expect((await cellsOf(page.getByRole("table").first())).map((cells) => cells[3])).toEqual(["⊘ cancelled", "⊘ cancelled"]);
    for (const dispatch of dispatches) {
      expect(await stored(dispatch.id)).toMatchObject({ status: "cancelled", notes: [{ by: "local", reason: "sent by mistake" }] });
    }
  });

  it("of which nothing is ongoing any more is not said to have been cancelled", async () => {
    const { id, dispatches } = await emit(thanked);
    const page = await openTab({ script: false, expects: [answered(409)] });
    await page.goto(`/events/${id}`);
    for (const dispatch of dispatches) await hub().cancelDispatch(dispatch.id, { by: "somebody else" });
    await page.getByText("Cancel what is ongoing…").click();
    await page.getByRole("button", { name: "Cancel its ongoing dispatches" }).click();
    await page.getByRole("heading", { name: "That is not possible now" }).waitFor();
    for (const dispatch of dispatches) expect((await stored(dispatch.id)).notes).toMatchObject([{ by: "somebody else" }]);
  });
});

it("What an action did is told once: not again when the page is loaded again", async () => {
  const page = await openTab();
  await page.goto(`/dispatches/${await scheduled()}`);
  await page.getByRole("button", { name: "Run now" }).click();
  await page.getByRole("status").getByText("Due now.").waitFor();
  await page.waitForURL((url) => url.search === "");
  await page.reload();
  await page.getByRole("heading", { name: "invoice.sent to email" }).waitFor();
  expect(await page.locator(".flash").count()).toBe(0);
});

describe("A destination", () => {
  it("is paused and resumed with a click each", async () => {
    const page = await openTab();
    await page.goto("/destinations");
    const email = page.getByRole("region", { name: "email" });
    await email.getByRole("button", { name: "Pause" }).click();
    await email.getByRole("heading", { name: /paused$/ }).waitFor();
    expect(await textOf(page.getByRole("status"))).toMatch(/^Paused\. Nothing is attempted until it is resumed/);
    expect(await controlOf("email")).toMatchObject({ state: "paused", by: "local" });
    await email.getByRole("button", { name: "Resume" }).click();
    await email.getByRole("heading", { name: /active$/ }).waitFor();
    expect(await textOf(page.getByRole("status"))).toMatch(/^Resumed\. What waits is delivered from now on/);
    expect(await controlOf("email")).toEqual({ destination: "email", state: "active" });
  });

  it("is paused for a reason that everybody is told, and its backlog follows at the rate that is asked for", async () => {
    const page = await openTab({ expects: [answered(400)] });
    await page.goto("/destinations");
    const email = page.getByRole("region", { name: "email" });
    await email.getByText("Pause with a reason…").click();
    await email.getByLabel("Reason").fill("moving house");
    await email.getByRole("button", { name: "Pause email" }).click();
    await email.getByText("Paused by local").waitFor();
    expect(await textOf(email.locator(".notice"))).toMatch(/^Paused by local (now|\d+ sec\. ago): moving house$/);
    const ids = await Promise.all(["1", "2", "3"].map(async (data) => dispatchTo(await emit({ type: "invoice.held", data }), "email")));
    await page.goto("/");
    expect(await textOf(page.getByRole("alert"))).toMatch(/email is paused by local since .*: moving house/);

    await page.getByRole("alert").getByRole("link", { name: "email" }).click();
    const resumeAt = async (rate: string) => {
      await email.getByText("Resume at a rate…").click();
      await email.getByLabel("Dispatches a second").fill(rate);
      await email.getByRole("button", { name: "Resume email" }).click();
    };
    await resumeAt("0");
    expect(await textOf(page.getByRole("alert"))).toMatch(/^rate: /);
    expect((await controlOf("email"))?.state).toBe("paused");
    await page.goBack();
    expect(await textOf(email.locator(".notice"))).toMatch(/: moving house\. 3 dispatches are held\.$/);
    await resumeAt("0.02");
    await email.getByRole("heading", { name: /draining$/ }).waitFor();
    expect(await textOf(email.locator(".notice"))).toMatch(/^Resumed by local .*\. 1 dispatch is held, released at 0\.02 a second\.$/);
    await email.getByText("Change the rate…").click();
    await email.getByLabel("Dispatches a second").fill("0.05");
    await email.getByRole("button", { name: "Resume email" }).click();
    await email.getByRole("heading", { name: /active$/ }).waitFor();
    const dues = (await Promise.all(ids.toSorted().map(stored))).map(({ dueAt, attempts }) => ({ at: Date.parse(dueAt), attempts }));
    expect((dues[1]?.at ?? 0) - (dues[0]?.at ?? 0)).toBe(50_000);
    expect(dues[1]?.attempts).toBe(0);
    // The moment that was given keeps; what had none goes by the new rate, from now on.
    expect(dues[2]?.at).toBeLessThan(dues[1]?.at ?? 0);
    await hub().cancelDispatch(ids.toSorted()[1] ?? "");
  });
});

describe("In bulk", () => {
  it("a group of dead letters is redriven after a look at it, for a reason that is kept with each", async () => {
    const [some, others] = [await refusedTimes(3, "quota exceeded"), await refusedTimes(1, "no such report")];
    const page = await openTab();
    await page.goto("/dead-letters");
    await page.getByRole("row", { name: "quota exceeded" }).getByRole("link", { name: "Redrive…" }).click();
    expect(await textOf(page.locator("h1"))).toBe("Redrive 3 dispatches?");
    expect(await cellsOf(page.getByRole("table"))).toHaveLength(3);
    expect(plain(await hub().listBulks())).toEqual([]);
    await page.getByLabel("Reason").fill("the quota was raised");
    await page.getByRole("button", { name: "Redrive 3 dispatches" }).click();
    await page.getByRole("heading", { name: /finished$/ }).waitFor();
    expect(await textOf(page.getByRole("status"))).toMatch(/^Started\./);
    expect(await textOf(page.locator("main"))).toMatch(/reason quota exceeded.* 3 redriven By local: the quota was raised\./);
    for (const id of some) {
      expect(await dispatchesOf(id)).toHaveProperty(await shop().redrive(id, 1));
      expect((await stored(id)).notes).toMatchObject([{ kind: "retry", by: "local", reason: "the quota was raised" }]);
    }
    for (const id of others) expect(Object.keys(await dispatchesOf(id))).toEqual([id]);
  });

  it("only those of a group that are selected are redriven", async () => {
    const ids = await refusedTimes(3, "of three");
    const page = await openTab();
    await page.goto("/dead-letters");
    await page.getByRole("row", { name: "of three" }).getByRole("link", { name: "3", exact: true }).click();
    const [left = "", ...chosen] = ids;
    for (const id of chosen) await page.getByLabel(`Select ${id}`).check();
    await page.getByRole("button", { name: "Redrive those selected…" }).click();
    expect(await textOf(page.locator("h1"))).toBe("Redrive 2 dispatches?");
    await page.getByRole("button", { name: "Redrive 2 dispatches" }).click();
    await page.getByRole("heading", { name: /finished$/ }).waitFor();
    for (const id of chosen) expect(await dispatchesOf(id)).toHaveProperty(await shop().redrive(id, 1));
    expect(Object.keys(await dispatchesOf(left))).toEqual([left]);
  });

  it("a dead letter is dismissed with a reason, and a group of them after a look at it", async () => {
    const [first = "", second = ""] = await refusedTimes(2, "not worth it");
    const page = await openTab();
    await page.goto(`/dispatches/${first}`);
    await page.getByText("Dismiss…").click();
    await page.getByLabel("Reason").last().fill("paid by hand");
    await page.getByRole("button", { name: "Dismiss this dead letter" }).click();
    expect(await textOf(page.getByRole("status"))).toBe("Dismissed: it is no dead letter any more.");
    expect(await stored(first)).toMatchObject({ standing: "dismissed", notes: [{ kind: "dismiss", by: "local", reason: "paid by hand" }] });
    await page.goto("/dead-letters");
    await page.getByRole("row", { name: "not worth it" }).getByRole("link", { name: "Dismiss…" }).click();
    await page.getByRole("button", { name: "Dismiss 1 dispatch" }).click();
    await page.getByRole("heading", { name: /finished$/ }).waitFor();
    expect(await stored(second)).toMatchObject({ standing: "dismissed" });
  });

  it("nothing is offered to be redriven when nothing is selected", async () => {
    await refused("unselected");
    const page = await openTab();
    await page.goto("/dead-letters/group?destination=analytics&status=failed&reason=unselected");
    await page.getByRole("button", { name: "Redrive those selected…" }).click();
    expect(await textOf(page.locator("h1"))).toBe("Nothing to redrive");
    expect(await page.locator("main form").count()).toBe(0);
  });

  it("a group whose error says nothing is that group alone", async () => {
    const silent = await refusedTimes(2, "");
    const page = await openTab();
    await page.goto("/dead-letters");
    const row = page.getByRole("row", { name: "no reason" });
    await row.getByRole("link", { name: "2", exact: true }).click();
    await page.getByRole("heading", { name: "failed to analytics" }).waitFor();
    await page.waitForLoadState();
    const rows = await page.locator("tbody tr").evaluateAll((all) => all.map(({ id }) => id));
    expect(rows.toSorted()).toEqual(silent.toSorted());
    await page.getByRole("link", { name: "Redrive all that match…" }).click();
    expect(await textOf(page.locator("h1"))).toBe("Redrive 2 dispatches?");
  });

  it("all dead letters are redriven, otherwise than before, and all that is ongoing to a destination is cancelled", async () => {
    await refusedTimes(2, "all of them");
    const { total } = plain(await hub().deadLetters());
    const page = await openTab();
    await page.goto("/dead-letters");
    await page.getByRole("link", { name: `Redrive all ${total}…` }).click();
    await page.getByText("Deliver otherwise than before").click();
    await page.getByLabel("Not before, from now").fill("1 day");
    await page.getByRole("button", { name: `Redrive ${total} dispatches` }).click();
    await page.getByRole("heading", { name: /finished$/ }).waitFor();
    expect(await textOf(page.locator("main"))).toContain(`${total} redriven`);
    expect(plain(await hub().deadLetters()).total).toBe(0);

    const ongoing = plain(await hub().listDispatches({ status: "ongoing", destination: "analytics", limit: 200 })).items;
    expect(ongoing.length).toBeGreaterThan(0);
    await page.goto("/dispatches?status=ongoing&destination=analytics");
    await page.getByRole("link", { name: "Cancel all that match…" }).click();
    expect(await textOf(page.locator("h1"))).toBe(`Cancel ${ongoing.length} dispatches?`);
    await page.getByText("This cannot be undone").waitFor();
    await page.getByLabel("Reason").fill("a drill");
    await page.getByRole("button", { name: `Cancel ${ongoing.length} dispatches` }).click();
    await page.getByRole("heading", { name: /finished$/ }).waitFor();
    for (const { id } of ongoing) {
      const { status, notes } = await stored(id);
      expect(status).toBe("cancelled");
      expect(notes.at(-1)).toMatchObject({ kind: "cancel", by: "local", reason: "a drill" });
    }
  });

  it("what is over is not said to have been stopped", async () => {
    const { id } = plain(await hub().retryDispatches({ destination: "nowhere" }));
    await eventually(
      async () => plain(await hub().getBulk(id)),
      (bulk) => bulk?.state === "finished",
    );
    const page = await openTab();
    await page.goto("/destinations");
    // A page that was opened while it ran has such a form.
    await page
      .locator("form[action$='/email/pause']")
      .first()
      .evaluate((form, action) => form.setAttribute("action", action), `/bulks/${id}/stop`);
    await page.getByRole("region", { name: "email" }).getByRole("button", { name: "Pause", exact: true }).click();
    await page.waitForURL(`**/bulks/${id}`);
    await page.getByRole("heading", { name: /finished$/ }).waitFor();
    expect(await page.locator(".flash").count()).toBe(0);
  });

  it("what runs is stopped, and what it has not come to stays as it is", async () => {
    const quiet = await startQuietHub();
    await quiet.hub.emit({ type: "invoice.sent", data: {}, delay: "1 day" });
    const page = await openTab({ at: quiet.url });
    await page.goto("/dispatches?status=ongoing");
    await page.getByRole("link", { name: "Cancel all that match…" }).click();
    await page.getByRole("button", { name: "Cancel 1 dispatch" }).click();
    await page.getByRole("heading", { name: /running$/ }).waitFor();
    expect(await textOf(page.locator(".progress"))).toContain("0 cancelled, 1 left");
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByRole("heading", { name: /stopped$/ }).waitFor();
    expect(await textOf(page.getByRole("status"))).toBe("Stopped after the piece it was at. What is done stays done.");
    expect(await page.getByRole("button", { name: "Stop" }).count()).toBe(0);
    expect(plain(await quiet.hub.listBulks())).toMatchObject([{ state: "stopped", done: 0 }]);
    expect(plain(await quiet.hub.listDispatches()).items).toMatchObject([{ status: "ongoing" }]);
  });
});

describe("An event that is emitted by hand", () => {
  const bigOrder = { total: 1_200, test: false };

  it("is shown while it is typed where it would go, before anything is stored", async () => {
    const page = await openTab();
    await page.goto("/events/new");
    expect(await page.getByLabel("Source").inputValue()).toBe("console");
    await fillIn(page, { Type: "order.placed", Subject: "typed", Data: JSON.stringify(bigOrder), Delay: "3 days" });
    await page.getByRole("heading", { name: "It would make 4 dispatches" }).waitFor();
    expect((await page.locator("#preview li").allTextContents()).map((text) => text.trim())).toEqual([
      "billing by orders, due in 3 days",
      "warehouse by orders, due in 3 days",
      "loyalty by big-orders, due in 3 days",
      "analytics by everything, due in 3 days",
    ]);
    expect((await cellsOf(page.locator("#preview table"))).find(([route]) => route === "thanks")?.[2]).toContain(
      "$.data.customer exists true [no: nothing]",
    );
    await fillIn(page, { Data: '{"total": 2}' });
    await page.getByRole("heading", { name: "It would make 3 dispatches" }).waitFor();
    expect(await storedWith("typed")).toEqual([]);
  });

  it("is previewed as it was typed last, however late an answer to what was typed before is", async () => {
    const page = await openTab();
    await page.goto("/events/new");
    const late = Promise.withResolvers<void>();
    const asked: Request[] = [];
    await page.route("**/events/preview", async (route, request) => {
      if (asked.push(request) === 1) await late.promise;
      // Whoever asked may have given up.
      await route.continue().catch(() => undefined);
    });
    const isFirst = (request: Request) => request === asked[0];
    const settled = Promise.race([page.waitForEvent("requestfinished", isFirst), page.waitForEvent("requestfailed", isFirst)]);
    await fillIn(page, { Type: "order.placed" });
    await eventually(
      async () => asked.length,
      (count) => count === 1,
    );
    await fillIn(page, { Type: "invoice.sent" });
    const preview = page.locator("#preview h2");
    await preview.getByText("It would make 2 dispatches").waitFor();
    late.resolve();
    await settled;
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    expect(await textOf(preview)).toBe("It would make 2 dispatches");
  });

  const WRONG: readonly [fields: Record<string, string>, words: RegExp][] = [
    [{ Type: "order.placed", Data: "{total: 1}" }, /^data: expected JSON; .*position 1/],
    [
      { Type: "order.placed", Data: '{"id":12345678901234567890}' },
      /^data: expected JSON; id is 12345678901234567890, and would be read as/,
    ],
    [{ Type: "order.placed", Data: '{"id":1,"id":2}' }, /^data: expected JSON; id is given twice/],
    [{ Type: "order.*" }, /type: holds a "\*"/],
    [{ Type: "" }, /type: /],
    [{ Type: "order.placed", Delay: "soon" }, /delay: /],
    [{ Type: "order.placed", Delay: "1 day", "Not before (UTC)": "2030-01-01" }, /delay.*at|at.*delay/],
    [{ Type: "order.placed", Key: "k", Source: "" }, /has a key but no source/],
  ];

  it("is told while it is typed what is wrong with it", async () => {
    const page = await openTab({ clock: true });
    for (const [fields, words] of WRONG) {
      await page.goto("/events/new");
      await fillIn(page, { Subject: "wrong", ...fields });
      await page.clock.runFor(400);
      expect(await textOf(page.getByRole("alert"))).toMatch(words);
    }
    expect(await storedWith("wrong")).toEqual([]);
  });

  it("is refused in the same words when it is emitted all the same, and what was typed stays", async () => {
    const page = await openTab({ expects: [answered(400)] });
    for (const [fields, words] of WRONG) {
      await page.goto("/events/new");
      await fillIn(page, { Subject: "wrong", ...fields });
      // A browser asks for a type by itself.
      await page.locator("form.emit").evaluate((form) => form.setAttribute("novalidate", ""));
      await page.getByRole("button", { name: "Emit it" }).click();
      await page.waitForURL("**/events");
      expect(await textOf(page.getByRole("alert"))).toMatch(words);
      for (const [label, value] of Object.entries(fields)) expect(await fieldOf(page, label).inputValue()).toBe(value);
    }
    expect(await storedWith("wrong")).toEqual([]);
  });

  it("is asked for its type before it is sent at all", async () => {
    const page = await openTab();
    await page.goto("/events/new");
    await page.getByRole("button", { name: "Emit it" }).click();
    expect(await page.getByLabel("Type").evaluate((field: HTMLInputElement) => field.matches(":invalid"))).toBe(true);
    expect(new URL(page.url()).pathname).toBe("/events/new");
  });

  it("is stored as it was typed, and another is emitted like it", async () => {
    const page = await openTab();
    await page.goto("/");
    await page.getByRole("link", { name: "Events", exact: true }).click();
    await page.getByRole("link", { name: "Emit an event" }).click();
    await fillIn(page, { Type: "report.made", Subject: "by hand", Key: "by-hand", Data: '{"pages": [1, 2], "<b>": "&amp;"}' });
    await page.getByRole("button", { name: "Where would it go?" }).click();
    await page.getByRole("heading", { name: "It would make 1 dispatch", exact: true }).waitFor();
    await page.waitForURL("**/events/preview");
    expect(await storedWith("by hand")).toEqual([]);
    await page.getByRole("button", { name: "Emit it" }).click();
    await page.getByRole("status").getByText("Emitted and stored.").waitFor();
    const id = page.url().split("/").at(-1) ?? "";
    const data = { pages: [1, 2], "<b>": "&amp;" };
    expect(plain(await hub().getEvent(id))).toMatchObject({
      type: "report.made",
      source: "console",
      subject: "by hand",
      key: "by-hand",
      data,
    });

    await page.getByRole("link", { name: "Emit one like it" }).click();
    expect(await page.getByLabel("Key").inputValue()).toBe("");
    await page.getByRole("button", { name: "Emit it" }).click();
    await page.getByRole("status").getByText("Emitted and stored.").waitFor();
    const another = page.url().split("/").at(-1) ?? "";
    expect((await storedWith("by hand")).map((event) => event.id)).toEqual([another, id]);
    expect(plain(await hub().getEvent(another))).toMatchObject({ type: "report.made", source: "console", data });
  });

  it("with a key that is known is not stored again, and with other data refused", async () => {
    const page = await openTab({ expects: [answered(409)] });
    const emitted = async (data: string) => {
      await page.goto("/events/new");
      await fillIn(page, { Type: "report.made", Subject: "known", Key: "known", Delay: "1 day", Data: data });
      await page.getByRole("button", { name: "Emit it" }).click();
    };
    await emitted("1");
    await page.getByRole("status").getByText("Emitted and stored.").waitFor();
    const first = new URL(page.url()).pathname;
    await emitted("1");
    await page
      .getByRole("status")
      .getByText("This key was known: this is the event that had it first, and nothing new was stored.")
      .waitFor();
    expect(new URL(page.url()).pathname).toBe(first);
    await hub().cancelEvent(first.split("/").at(-1) ?? "");
    await emitted("1");
    await page.getByRole("status").getByText("What of it has failed or was cancelled stays so").waitFor();
    await emitted("2");
    expect(await textOf(page.getByRole("alert"))).toMatch(/already stands for another|key/);
    expect(await page.locator("textarea").inputValue()).toBe("2");
    expect(await storedWith("known")).toHaveLength(1);
  });

  it("is stored once however often the button is pressed on a slow line", async () => {
    const page = await openTab();
    await page.goto("/events/new");
    await fillIn(page, { Type: "report.made", Subject: "impatience" });
    const sent = Promise.withResolvers<void>();
    const posts: string[] = [];
    await page.route("**/events", async (route, request) => {
      posts.push(request.method());
      await sent.promise;
      await route.continue();
    });
    await page.getByRole("button", { name: "Emit it" }).dblclick({ noWaitAfter: true });
    sent.resolve();
    await page.getByRole("status").getByText("Emitted and stored.").waitFor();
    expect([posts, (await storedWith("impatience")).length]).toEqual([["POST"], 1]);
  });

  it("not before a moment is due then", async () => {
    const page = await openTab();
    await page.goto("/events/new");
    const day = new Date(Date.now() + 10 * 24 * HOUR_MS).toISOString().slice(0, 10);
    await fillIn(page, { Type: "report.made", "Not before (UTC)": `${day} 14:00` });
    await page.getByRole("button", { name: "Emit it" }).click();
    await page.getByRole("status").getByText("Emitted and stored.").waitFor();
    const event = plain(await hub().getEvent(page.url().split("/").at(-1) ?? ""));
    expect(event?.dispatches.map(({ dueAt }) => dueAt)).toEqual([`${day}T14:00:00.000Z`]);
  });
});

it("An audit is made at a click, says what it found, and is told on the overview from then on", async () => {
  const page = await openTab();
  await page.goto("/");
  await page.getByRole("button", { name: "Audit the last 24 hours" }).click();
  await page.getByRole("heading", { name: "Audited", exact: true }).waitFor();
  const lastAudit = plain(await hub().health()).lastAudit;
  expect(await textOf(page.getByRole("status"))).toBe(`${lastAudit?.events} events of the last 24 hours: everything is explained.`);
  expect(lastAudit).toMatchObject({ unexplained: 0 });
  await page.locator("main").getByRole("link", { name: "Overview" }).click();
  await page.getByText(`${lastAudit?.events} events, ${lastAudit?.dispatches} dispatches, 0 unexplained.`).waitFor();
});

/** Billing of an order. */
async function declined(card: "declined" | "declined once"): Promise<string> {
  const id = dispatchTo(await emit({ type: "order.placed", data: { total: 64, card } }), "billing");
  await shop().until(id, "failed");
  return id;
}

async function refused(why: string): Promise<string> {
  const [id = ""] = await refusedTimes(1, why);
  return id;
}

/** Dispatches to analytics that were given up for this reason. */
async function refusedTimes(times: number, why: string): Promise<string[]> {
  const inputs = Array.from({ length: times }, (): EmitInput => ({ type: "report.made", data: { fails: why } }));
  const ids = plain(await hub().emit(inputs)).map((receipt) => dispatchTo(receipt, "analytics"));
  for (const id of ids) await shop().until(id, "failed");
  return ids;
}

/** To e-mail, in a day. */
async function scheduled(): Promise<string> {
  return dispatchTo(await emit({ type: "invoice.sent", data: {}, delay: "1 day" }), "email");
}

/** All dispatches of the event, with how they stand; of those that are owed to the same destination. */
async function dispatchesOf(id: string): Promise<Record<string, Status>> {
  const { eventId, destination } = await stored(id);
  const event = plain(await hub().getEvent(eventId));
  return Object.fromEntries((event?.dispatches ?? []).filter((one) => one.destination === destination).map((one) => [one.id, one.status]));
}

async function controlOf(name: string) {
  return plain(await hub().listDestinations()).find(({ destination }) => destination === name);
}

/** Fills in the form by which an event is emitted. */
async function fillIn(page: Page, fields: Readonly<Record<string, string>>): Promise<void> {
  for (const [label, value] of Object.entries(fields)) await fieldOf(page, label).fill(value);
}

function fieldOf(page: Page, label: string): Locator {
  return label === "Data" ? page.locator("textarea") : page.getByLabel(label, { exact: true });
}

/** Events about this, newest first. */
async function storedWith(subject: string) {
  return plain(await hub().searchEvents({ subject })).items;
}
