import { beforeAll, describe, expect, it } from "vitest";
import { examplePages } from "../example-pages.ts";
import { consoleOf, storedExamples } from "./support/console.ts";
import { bearer, READ_SECRET, SECRET } from "./support/guarded-app.ts";
import { hub, only, store, storedDispatch, unique } from "./support/hub.ts";
import { settleBySql } from "./support/operating.ts";
import { rows } from "./support/rows.ts";

const { get, post } = consoleOf();

interface Form {
  readonly action: string;
  readonly fields: Record<string, string>;
  readonly html: string;
}

/** The forms of a page that are posted, with the hidden fields of each. */
function formsOf(html: string): Form[] {
  return [...html.matchAll(/<form[^>]*method="post"[^>]*>.*?<\/form>/gs)].map(([form]) => {
    const hidden = [...form.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)];
    return {
      action: /action="([^"]*)"/.exec(form)?.[1] ?? "",
      fields: Object.fromEntries(hidden.map(([, name = "", value = ""]) => [name, value.replaceAll("&quot;", '"')])),
      html: form,
    };
  });
}

async function formAt(path: string, action: string): Promise<Form> {
  const html = await (await get(path)).text();
  const found = formsOf(html).find((form) => form.action === action);
  if (found === undefined) throw new Error(`no form at ${path} posts to ${action}: ${formsOf(html).map((form) => form.action)}`);
  return found;
}

/** Where posts of the same form lead, three at once and another one later. */
async function sentOverAndOver({ action, fields }: Form, typed: Record<string, string> = {}): Promise<(string | null)[]> {
  const send = async () => {
    const response = await post(action, { ...fields, ...typed });
    return response.status === 303 ? response.headers.get("location") : `${response.status}: ${await response.text()}`;
  };
  return [...(await Promise.all([send(), send(), send()])), await send()];
}

const notesOf = async (subject: string) =>
  (await rows<{ kind: string }>("SELECT kind FROM notes WHERE subject_id = ?", subject)).map(({ kind }) => kind);

async function settled(status: "failed" | "complete" | "ignored" = "failed"): Promise<string> {
  const id = await storedDispatch({ type: "later.form", data: 1 });
  await settleBySql(id, status);
  return id;
}

describe("a form that is sent over and over does it once, and leads to the same page", () => {
  it("emit: one event; changed in between it is another, and so is the next form", async () => {
    const type = unique("unrouted.form-");
    const form = await formAt("/events/new", "/events");
    const typed = { type, data: '{"a":1}', source: "console" };
    const [first, ...others] = await sentOverAndOver(form, typed);
    expect(first).toMatch(/^\/events\/[0-9a-f-]{36}\?flash=emitted$/);
    expect(others).toEqual(Array(3).fill(first));
    const changed = only([...new Set(await sentOverAndOver(form, { ...typed, data: '{"a":2}' }))]);
    const next = only([...new Set(await sentOverAndOver(await formAt("/events/new", "/events"), typed))]);
    expect(new Set([first, changed, next]).size).toBe(3);
    expect((await hub.listEvents({ type })).items).toHaveLength(3);
  });

  it("emit: without a source it is the console's, with a key it goes by that, and a script's form without a token is one event each", async () => {
    const type = unique("unrouted.form-");
    const form = await formAt("/events/new", "/events");
    only([...new Set(await sentOverAndOver(form, { type, data: "1", source: "" }))]);
    const stored = await rows("SELECT source, key FROM events WHERE type = ?", type);
    expect(stored).toEqual([{ source: "console", key: expect.stringMatching(/^form-[0-9a-f]{64}$/) }]);
    const keyed = await sentOverAndOver(form, { type, data: "2", source: "shop", key: type });
    expect(keyed.at(-1)).toMatch(/flash=known$/);
    expect((await hub.listEvents({ type, key: type })).items).toHaveLength(1);
    const bare = await sentOverAndOver({ ...form, fields: {} }, { type, data: "3", source: "shop" });
    expect(new Set(bare).size).toBe(4);
  });

  it("emit: the token stays with the form while it is previewed and refused", async () => {
    const { fields } = await formAt("/events/new", "/events");
    const previewed = formsOf(await (await post("/events/preview", { ...fields, type: "unrouted.form", data: "1" })).text());
    const refused = formsOf(await (await post("/events", { ...fields, type: "unrouted.form", data: "{" })).text());
    expect([only(previewed).fields, only(refused).fields]).toEqual([fields, fields]);
  });

  it("retry: one redrive, from the page of the dispatch and from that of its event", async () => {
    for (const of of ["dispatch", "event"]) {
      const id = await settled();
      const form = await formAt(of === "event" ? `/events/${id.slice(0, 36)}` : `/dispatches/${id}`, `/dispatches/${id}/retry`);
      const places = await sentOverAndOver(form, { delay: "1 hour" });
      expect(only([...new Set(places)])).toMatch(/^\/dispatches\/.*-r1_.*\?flash=retried$/);
      const { id: redrive } = only(await rows<{ id: string }>("SELECT id FROM dispatches WHERE redrive_of = ?", id));
      await settleBySql(redrive);
      expect((await sentOverAndOver(form)).at(0)).toBe(places[0]);
      expect([await rows("SELECT id FROM dispatches WHERE redrive_of = ?", id), await notesOf(id)]).toEqual([[{ id: redrive }], ["retry"]]);
    }
  });

  it("cancel and dismiss: one note, also for all that an event is owed to", async () => {
    const cancelled = await storedDispatch({ type: "later.form", data: 1 });
    const form = await formAt(`/dispatches/${cancelled}`, `/dispatches/${cancelled}/cancel`);
    expect(new Set(await sentOverAndOver(form))).toEqual(new Set([`/dispatches/${cancelled}?flash=cancelled`]));
    const dismissed = await settled();
    const other = await formAt(`/dispatches/${dismissed}`, `/dispatches/${dismissed}/dismiss`);
    expect(new Set(await sentOverAndOver(other))).toEqual(new Set([`/dispatches/${dismissed}?flash=dismissed`]));
    const { id, dispatches } = only(await store({ type: "later.form", data: 1 }));
    const all = await formAt(`/events/${id}`, `/events/${id}/cancel`);
    expect(new Set(await sentOverAndOver(all))).toEqual(new Set([`/events/${id}?flash=cancelled`]));
    const noted = await Promise.all([cancelled, dismissed, only(dispatches).id].map(notesOf));
    expect(noted).toEqual([["cancel"], ["dismiss"], ["cancel"]]);
  });

  it("run now: one note", async () => {
    const id = await storedDispatch({ type: "later.form", data: 1, delay: "1 day" });
    const form = await formAt(`/dispatches/${id}`, `/dispatches/${id}/run-now`);
    expect(new Set(await sentOverAndOver(form))).toEqual(new Set([`/dispatches/${id}?flash=hurried`]));
    expect((await notesOf(id)).filter((kind) => kind === "run_now")).toHaveLength(1);
  });

  it("pause, resume, and resume at a rate: one note each", async () => {
    const destination = (await hub.listDestinations())[0]?.destination ?? "";
    const path = `/destinations/${destination}`;
    const kinds = async () => await notesOf(`destination:${destination}`);
    const before = (await kinds()).length;
    for (const [act, typed] of [
      ["pause", {}],
      ["resume", { rate: "0.01" }],
      ["resume", {}],
    ] as const) {
      const places = await sentOverAndOver({ action: `${path}/${act}`, fields: {}, html: "" }, typed);
      expect(new Set(places)).toEqual(new Set([`/destinations?flash=${act}d#${destination}`]));
    }
    expect((await kinds()).slice(before)).toEqual(["pause", "resume", "resume"]);
  });

  it("a bulk operation and its end: one operation, one note", async () => {
    const id = await settled();
    const form = await formAt(`/bulks/new?kind=dismiss&ids=${id}`, "/bulks");
    const place = only([...new Set(await sentOverAndOver(form, { reason: "over" }))]);
    expect(place).toMatch(/^\/bulks\/[0-9a-f-]{36}\?flash=started$/);
    const bulk = place?.slice("/bulks/".length, -"?flash=started".length) ?? "";
    expect((await hub.listBulks()).filter((one) => one.reason === "over")).toMatchObject([{ id: bulk }]);
    const running = crypto.randomUUID();
    await rows(
      `INSERT INTO bulks (id, kind, filter, options, "by", state, done, started_at) VALUES (?, 'retry', '{}', '{}', 'ada', 'running', 0, 1)`,
      running,
    );
    const stop = await sentOverAndOver({ action: `/bulks/${running}/stop`, fields: {}, html: "" });
    expect(new Set(stop)).toEqual(new Set([`/bulks/${running}?flash=stopped`]));
    expect(await notesOf(`bulk:${running}`)).toEqual(["stop"]);
  });

  it("but for another that came too late: it is refused", async () => {
    const id = await settled("complete");
    for (const act of ["cancel", "run-now", "dismiss"]) expect([act, (await post(`/dispatches/${id}/${act}`)).status]).toEqual([act, 409]);
    expect((await post(`/events/${id.slice(0, 36)}/cancel`)).status).toBe(409);
    expect(await notesOf(id)).toEqual([]);
  });
});

describe("what was delivered", () => {
  it.each(["complete", "ignored"] as const)("and is %s is delivered again only after a question that says so", async (status) => {
    const id = await settled(status);
    const html = await (await get(`/dispatches/${id}`)).text();
    const form = only(formsOf(html).filter(({ action }) => action.endsWith("/retry")));
    expect(html).toMatch(/<details class="ask"[^>]*><summary class="button danger">Deliver again…<\/summary>/);
    expect(form.html).toContain(`has answered “${status}” to it`);
    expect(form.html).toContain('name="reason"');
    expect(await sentOverAndOver(form, { delay: "1 hour", reason: "lost the letter" })).toEqual(
      Array(4).fill(expect.stringMatching(/flash=retried$/)),
    );
  });

  it("by another dispatch of its line asks as well", async () => {
    const id = await settled();
    const first = (await hub.retryDispatch(id, { delay: "1 hour" })).id;
    await settleBySql(first);
    await settleBySql((await hub.retryDispatch(id, { delay: "1 hour" })).id, "complete");
    const forms = formsOf(await (await get(`/dispatches/${first}`)).text());
    expect(only(forms.filter(({ action }) => action.endsWith("/retry"))).html).toContain("Deliver it to");
  });
});

describe("a form that is refused", () => {
  it("is shown again with what was typed, and why: a retry", async () => {
    const id = await settled();
    const typed = { delay: "soon", timeout: "2 minutes", limit: "3", reason: 'so "they" <say>' };
    const response = await post(`/dispatches/${id}/retry`, { after: id, ...typed });
    const html = await response.text();
    expect(response.status).toBe(400);
    expect(html).toMatch(/<details class="ask"[^>]* open/);
    const form = formsOf(html).find(({ html: text }) => text.includes('name="delay"'))?.html ?? "";
    expect(form).toMatch(/role="alert">delay: /);
    for (const value of ["soon", "2 minutes", "3", "so &quot;they&quot; &lt;say&gt;"]) expect(form).toContain(`value="${value}"`);
    expect(await rows("SELECT id FROM dispatches WHERE redrive_of = ?", id)).toEqual([]);
  });

  it("is shown again with what was typed, and why: a bulk operation", async () => {
    const id = await settled();
    const { fields } = await formAt(`/bulks/new?kind=retry&ids=${id}`, "/bulks");
    const response = await post("/bulks", { ...fields, timeout: "never", reason: "quota" });
    const form = only(formsOf(await response.text()));
    expect([response.status, form.fields["ids"]]).toEqual([400, id]);
    expect(form.html).toMatch(/role="alert">timeout: /);
    for (const value of ["never", "quota"]) expect(form.html).toContain(`value="${value}"`);
  });
});

describe("who may only look", () => {
  let pages: readonly string[];

  beforeAll(async () => {
    const failed = await settled();
    const examples = await storedExamples();
    const dispatch = {
      ongoing: examples.dispatch as string,
      failed: `/dispatches/${failed}`,
      complete: `/dispatches/${await settled("complete")}`,
    };
    pages = examplePages({ ...examples, dispatch, newBulk: `/bulks/new?kind=retry&ids=${failed}` }).map(({ address }) => address);
    await rows(
      `INSERT INTO bulks (id, kind, filter, options, "by", state, done, started_at) VALUES (?, 'retry', '{}', '{}', 'ada', 'running', 0, 1)`,
      crypto.randomUUID(),
    );
  });

  it("is shown no form that acts, on any page, and is told so where a page is a form", async () => {
    const { app } = consoleOf({ HUB_CONSOLE_SECRET: SECRET, HUB_CONSOLE_READ_SECRET: READ_SECRET });
    const seen = async (path: string, secret: string) => {
      const response = await app.request(`https://hub.example${path}`, { headers: { accept: "text/html", ...bearer(secret) } });
      const html = await response.text();
      return { status: response.status, forms: formsOf(html).map(({ action }) => action), told: html.includes("this is for operators") };
    };
    let forms = 0;
    for (const path of pages) {
      const told = path.startsWith("/events/new") || path.startsWith("/bulks/new");
      expect([path, await seen(path, READ_SECRET)]).toEqual([path, { status: 200, forms: [], told }]);
      forms += (await seen(path, SECRET)).forms.length;
    }
    expect(forms).toBeGreaterThan(10);
  });
});
