import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { D1, DAY_MS, QUEUE, WORKFLOW } from "../../schema/limits.ts";
import { createHub } from "../../src/bindings/hub.ts";
import { attempt } from "../../src/executor/attempt.ts";
import { emit } from "../../src/hub/emit/emit.ts";
import { getDispatch, listDispatches } from "../../src/hub/read/dispatches.ts";
import { watchDispatch } from "../../src/hub/read/watch.ts";
import hubWorker from "../../src/index.ts";
import { consoleOf } from "./support/console.ts";
import { consume } from "./support/consume.ts";
import { failureOf, faultOf } from "./support/failures.ts";
import { hangingEngine, hangingQueue } from "./support/hanging.ts";
import { deafQueue, envWith, hub, storedDispatch } from "./support/hub.ts";
import { reconcileMessage } from "./support/reconciling.ts";
import { rows } from "./support/rows.ts";
import { stalledD1 } from "./support/stalled-d1.ts";

/** How long each kind of call is made, one of each a second, while a part of the platform says nothing. */
const LOAD_MS = 5_000;
const EVERY_MS = 1_000;
/** What a busy machine adds. */
const SLACK_MS = 8_000;

beforeAll(async () => {
  await hub.health();
});

/** What a call came to, in a word. */
type Call = (given: Env, id: string) => Promise<string>;

/** Emits as a producer does; what comes after the reply is not waited for. */
const emitting = (options: object) => async (given: Env) => {
  const emitter = { hub: createHub(given), caller: {}, afterReply: (work: Promise<unknown>) => void work };
  const receipts = emit(emitter, { type: "later.silent", data: 1 }, options);
  return await receipts.then(
    ([receipt]) => receipt?.durability ?? "nothing",
    async () => await faultOf(receipts),
  );
};

const outcomeOf = ({ acked }: { acked: readonly number[] }) => (acked.length > 0 ? "acknowledged" : "retried");

const orFault = async (work: Promise<string>) => await work.catch(async () => await faultOf(work));

/** All that a hub does for somebody, or by itself. */
const CALLS = {
  emit: emitting({}),
  "emit, may be queued": emitting({ allowQueued: true }),
  getDispatch: async (given, id) => await orFault(getDispatch(createHub(given), id).then((detail) => `run ${detail?.run.status}`)),
  listDispatches: async (given) => await orFault(listDispatches(createHub(given), { destination: "nobody" }).then(() => "listed")),
  watchDispatch: async (given, id) => await orFault(firstLine(given, id)),
  "page of a dispatch": async (given, id) => `${(await consoleOf({ ...given }).get(`/dispatches/${id}`)).status}`,
  "/health": async (given) => `${(await consoleOf({ ...given }).get("/health")).status}`,
  attempt: async (given, id) => await orFault(attempt(createHub(given), id).catch(retryAsWord)),
  "start message": async (given, id) => outcomeOf(await consume([{ kind: "start", runs: [{ id, dueAt: Date.now() + DAY_MS }] }], given)),
  "reconcile message": async (given, id) => outcomeOf(await consume([reconcileMessage({ id, checkAt: await overdue(id) })], given)),
  cron: async (given, id) => {
    await overdue(id);
    return (await failureOf(hubWorker.scheduled({} as never, given))) === "no failure" ? "done" : "failed";
  },
} as const satisfies Record<string, Call>;

type CallName = keyof typeof CALLS;

/** A dispatch that is not due yet: its attempt waits. */
function retryAsWord(error: unknown): string {
  if (error instanceof Error && error.message.startsWith("retry:")) return "waits";
  throw error;
}

/** Makes a dispatch overdue since 1970, and returns when it should have been looked at. */
async function overdue(id: string): Promise<number> {
  await rows("UPDATE dispatches SET check_at = 1 WHERE id = ?", id);
  return 1;
}

async function firstLine(given: Env, id: string): Promise<string> {
  const reader = (await watchDispatch(createHub(given), id))?.getReader();
  const { value } = (await reader?.read()) ?? {};
  await reader?.cancel();
  return value === undefined ? "no line" : "a line";
}

interface Answered {
  readonly outcomes: readonly string[];
  readonly slowestMs: number;
}

/** Makes every kind of call again and again for a while, each without waiting for those before it, and says what came of each kind. */
async function underLoad(given: Env): Promise<Readonly<Record<string, Answered>>> {
  const answers = Object.entries(CALLS).map(async ([name, call]) => {
    const calls = Array.from({ length: LOAD_MS / EVERY_MS }, async (_, index) => {
      const id = await storedDispatch({ type: "later.silent", data: 1 });
      await scheduler.wait(index * EVERY_MS);
      const began = Date.now();
      const outcome = await call(given, id);
      return { outcome, tookMs: Date.now() - began };
    });
    const ended = await Promise.all(calls);
    const outcomes = [...new Set(ended.map(({ outcome }) => outcome))];
    return [name, { outcomes, slowestMs: Math.max(...ended.map(({ tookMs }) => tookMs)) }] as const;
  });
  return Object.fromEntries(await Promise.all(answers));
}

/** What each kind of call comes to, and after how long at most. */
type Expected = Readonly<Record<CallName, readonly [outcome: string, withinMs: number]>>;

const AT_ONCE = 0;
const forever = new Promise<never>(() => undefined);

const SILENCES: readonly (readonly [what: string, given: () => Env, expected: Expected])[] = [
  [
    "queue",
    () => envWith({ DISPATCH_QUEUE: hangingQueue }),
    {
      emit: ["stored", AT_ONCE],
      "emit, may be queued": ["stored", AT_ONCE],
      getDispatch: ["run missing", AT_ONCE],
      listDispatches: ["listed", AT_ONCE],
      watchDispatch: ["a line", AT_ONCE],
      "page of a dispatch": ["200", AT_ONCE],
      "/health": ["200", AT_ONCE],
      attempt: ["waits", AT_ONCE],
      "start message": ["acknowledged", AT_ONCE],
      "reconcile message": ["acknowledged", AT_ONCE],
      cron: ["failed", QUEUE.answerMs],
    },
  ],
  [
    "Workflow engine",
    () => envWith({ DISPATCH_WORKFLOW: hangingEngine, BULK_WORKFLOW: hangingEngine, DISPATCH_QUEUE: deafQueue }),
    {
      emit: ["stored", AT_ONCE],
      "emit, may be queued": ["stored", AT_ONCE],
      getDispatch: ["run unknown", WORKFLOW.lookMs],
      listDispatches: ["listed", AT_ONCE],
      watchDispatch: ["a line", AT_ONCE],
      "page of a dispatch": ["200", WORKFLOW.lookMs],
      "/health": ["200", AT_ONCE],
      attempt: ["waits", AT_ONCE],
      "start message": ["retried", WORKFLOW.answerMs],
      "reconcile message": ["acknowledged", WORKFLOW.answerMs],
      cron: ["done", AT_ONCE],
    },
  ],
  [
    "database",
    () => envWith({ DB: stalledD1(env.DB, { of: /./, until: forever, when: "before" }).d1, DISPATCH_QUEUE: deafQueue }),
    {
      emit: ["storage.unavailable", D1.answerMs],
      "emit, may be queued": ["queued", D1.answerMs],
      getDispatch: ["storage.unavailable", D1.answerMs],
      listDispatches: ["storage.unavailable", D1.answerMs],
      watchDispatch: ["storage.unavailable", D1.answerMs],
      "page of a dispatch": ["503", D1.answerMs],
      "/health": ["503", D1.answerMs],
      attempt: ["storage.unavailable", D1.answerMs],
      "start message": ["acknowledged", AT_ONCE],
      "reconcile message": ["retried", D1.answerMs],
      cron: ["failed", D1.answerMs],
    },
  ],
];

describe("while a part of the platform says nothing, under load, everything that a hub does comes to an end", () => {
  for (const [what, given, expected] of SILENCES) {
    it(`the ${what}`, { timeout: 120_000 + LOAD_MS }, async () => {
      const answers = await underLoad(given());
      console.info(what, JSON.stringify(answers));
      const outcomes = Object.entries(answers).map(([name, { outcomes: seen }]) => [name, seen]);
      expect(Object.fromEntries(outcomes)).toEqual(
        Object.fromEntries(Object.entries(expected).map(([name, [outcome]]) => [name, [outcome]])),
      );
      const late = Object.entries(answers).filter(([name, { slowestMs }]) => slowestMs > expected[name as CallName][1] + SLACK_MS);
      expect(late).toEqual([]);
    });
  }
});
