import { originalIdOf, redriveId } from "../../../../schema/ids.ts";
import "../../support/seed.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DeliveryOptions, Policy } from "../../../../schema/config/policy.ts";
import { STATUSES, type Status } from "../../../../schema/contract/statuses.ts";
import { CHECK, HOUR_MS, MINUTE_MS } from "../../../../schema/limits.ts";
import type { StoredDispatch } from "../../../../schema/storage/tables.ts";
import { planRedrive, redriveBehind } from "../../../../src/domain/operate/redrive.ts";
import { messageOf } from "../../support/message-of.ts";
import { policy as anyPolicy, policyOf } from "../../support/policies.ts";

const NOW = 1_000_000;
const EVENT = "0198c5b2-0000-7000-8000-000000000000";
const ROOT = `${EVENT}-0`;

const SETTLED = STATUSES.filter((status) => status !== "ongoing");

const dispatch = (given: Partial<StoredDispatch> = {}): StoredDispatch => ({
  id: ROOT,
  eventId: EVENT,
  route: "all",
  destination: "email",
  policy: JSON.stringify(policyOf()),
  status: "failed",
  dueAt: 1,
  checkAt: null,
  attempts: 6,
  recoveries: 2,
  settledAt: 2,
  reason: "no stock",
  redriveOf: null,
  overdueSince: null,
  superseded: 0,
  ...given,
});

const line = (...members: readonly (readonly [id: string, status: Status])[]) => members.map(([id, status]) => ({ id, status }));

const redriveOf = (given: Partial<Parameters<typeof planRedrive>[0]> = {}) => {
  const of = given.of ?? dispatch();
  return planRedrive({ of, line: [of], options: {}, now: NOW, ...given });
};

const policyAfter = (options: DeliveryOptions, before: Policy = policyOf()): Policy =>
  JSON.parse(redriveOf({ of: dispatch({ policy: JSON.stringify(before) }), options }).policy);

describe("the line of a dispatch", () => {
  test.each([
    [ROOT, ROOT],
    [`${ROOT}-r1`, ROOT],
    [`${ROOT}-r10`, ROOT],
    [`${EVENT}-10`, `${EVENT}-10`],
    [`${EVENT}-10-r2`, `${EVENT}-10`],
    // What looks like a redrive in the middle of an id is none.
    [`${EVENT}-r1-0`, `${EVENT}-r1-0`],
    [`${ROOT}-rx`, `${ROOT}-rx`],
    ["", ""],
  ])("of %j starts with %j", (id, root) => {
    expect(originalIdOf(id)).toBe(root);
  });
});

describe("options that the policy of a dispatch contradicts", () => {
  const before = policyOf({ retry: { delayMs: 5_000, maxDelayMs: HOUR_MS }, misconfigured: { delayMs: MINUTE_MS, maxDelayMs: HOUR_MS } });

  test.each<[options: DeliveryOptions, problem: string]>([
    [{ retry: { delay: "2 hours" } }, "retry.delay: is 2 hours, longer than retry.maxDelay of 1 hour"],
    [{ retry: { maxDelay: "1s" } }, "retry.delay: is 5 seconds, longer than retry.maxDelay of 1 second"],
    [{ misconfigured: { for: "30s" } }, "misconfigured.for: is 30 seconds, shorter than the first wait"],
  ])("are refused, and say what goes: %j", (options, problem) => {
    expect(messageOf(() => policyAfter(options, before)).startsWith(`(options.invalid) ${problem}`)).toBe(true);
  });

  test("are taken where they say both, or nothing of what is contradictory already", () => {
    expect(policyAfter({ retry: { delay: "2 hours", maxDelay: "2 hours" } }, before).retry.maxDelayMs).toBe(2 * HOUR_MS);
    const odd = policyOf({ retry: { delayMs: 2 * HOUR_MS, maxDelayMs: HOUR_MS } });
    expect(policyAfter({ retry: { limit: 3 } }, odd).retry).toMatchObject({ limit: 3, delayMs: 2 * HOUR_MS, maxDelayMs: HOUR_MS });
  });
});

describe("a redrive", () => {
  test("of one that was never redriven is the first: due now, looked at a minute later, with the policy as it was", () => {
    const of = dispatch();
    expect(redriveOf({ of })).toEqual({
      id: redriveId(ROOT, 1, NOW),
      redriveOf: ROOT,
      root: ROOT,
      last: ROOT,
      policy: of.policy,
      dueAt: NOW,
      checkAt: NOW + CHECK.graceMs,
    });
  });

  test.each(SETTLED)("of one that is %s is made", (status) => {
    const of = dispatch({ status });
    expect(redriveOf({ of }).id).toBe(redriveId(ROOT, 1, NOW));
  });

  test.each<[what: string, of: string, members: [string, Status][], nth: number]>([
    ["the first again", ROOT, [[`${ROOT}-r1`, "failed"]], 2],
    ["the last", `${ROOT}-r1`, [[`${ROOT}-r1`, "failed"]], 2],
    [
      "one in the middle",
      `${ROOT}-r1`,
      [
        [`${ROOT}-r1`, "failed"],
        [`${ROOT}-r2`, "complete"],
      ],
      3,
    ],
    ["the tenth: the numbers count, not their text", ROOT, nine().concat([[`${ROOT}-r10`, "lost"]]), 11],
    ["one whose first redrives are gone", `${ROOT}-r7`, [[`${ROOT}-r7`, "failed"]], 8],
  ])("of %s counts on, and links back to the one that was retried", (_, of, members, nth) => {
    const planned = redriveOf({ of: dispatch({ id: of }), line: line([ROOT, "failed"], ...members) });
    expect([planned.id, planned.redriveOf, planned.root]).toEqual([redriveId(ROOT, nth, NOW), of, ROOT]);
  });

  function nine(): [string, Status][] {
    return Array.from({ length: 9 }, (_, index) => [`${ROOT}-r${index + 1}`, "failed"]);
  }

  test("is refused while the dispatch itself is ongoing, and says so", () => {
    const of = dispatch({ status: "ongoing" });
    expect(messageOf(() => redriveOf({ of }))).toBe(`(dispatch.ongoing) Dispatch ${ROOT} cannot be retried: it is ongoing.`);
  });

  test.each([ROOT, `${ROOT}-r1`, `${ROOT}-r3`])("of %s is refused while any other of its line is ongoing, and names it", (id) => {
    const members = line([ROOT, "failed"], [`${ROOT}-r1`, "cancelled"], [`${ROOT}-r2`, "ongoing"], [`${ROOT}-r3`, "failed"]);
    const message = messageOf(() => redriveOf({ of: dispatch({ id }), line: members }));
    expect(message).toBe(`(dispatch.ongoing) Dispatch ${id} cannot be retried: ${ROOT}-r2 is ongoing.`);
  });

  test.each<[delay: DeliveryOptions["delay"], afterMs: number]>([
    [undefined, 0],
    ["0s", 0],
    ["1500ms", 1_500],
    ["15 minutes", 15 * MINUTE_MS],
    ["365 days", 365 * 24 * HOUR_MS],
  ])("with a delay of %j is due so long from now, and looked at a minute after that", (delay, afterMs) => {
    const { dueAt, checkAt } = redriveOf({ options: { delay } });
    expect([dueAt, checkAt]).toEqual([NOW + afterMs, NOW + afterMs + CHECK.graceMs]);
  });
});

describe("the policy of a redrive", () => {
  test("is that of the dispatch where nothing else is asked for, whatever it is", () => {
    fc.assert(
      fc.property(anyPolicy, fc.constantFrom<DeliveryOptions>({}, { retry: {} }, { misconfigured: {}, delay: "5s" }), (before, options) => {
        expect(policyAfter(options, before)).toEqual(before);
      }),
    );
  });

  test("differs in what is asked for and in nothing else", () => {
    const before = policyOf();
    expect(policyAfter({ timeout: "3s" })).toEqual({ ...before, timeoutMs: 3_000 });
    expect(policyAfter({ retry: { limit: 9, jitter: "full" } })).toEqual({
      ...before,
      retry: { ...before.retry, limit: 9, jitter: "full" },
    });
    expect(policyAfter({ misconfigured: { for: "1 hour" } })).toEqual({
      ...before,
      misconfigured: { ...before.misconfigured, forMs: HOUR_MS },
    });
  });

  test("takes zeros as what they are", () => {
    const zeros = policyAfter({ retry: { limit: 0, delay: "0s", maxDelay: "0s" }, misconfigured: { for: "0s" } });
    expect(zeros.retry).toMatchObject({ limit: 0, delayMs: 0, maxDelayMs: 0 });
    expect(zeros.misconfigured.forMs).toBe(0);
  });

  test("can be replaced as a whole", () => {
    const all = {
      timeout: "1s",
      retry: { limit: 1, backoff: "linear", delay: "2s", maxDelay: "3s", jitter: "full" },
      misconfigured: { delay: "4s", maxDelay: "5s", for: "6s" },
    } as const;
    expect(policyAfter(all)).toEqual({
      timeoutMs: 1_000,
      retry: { limit: 1, backoff: "linear", delayMs: 2_000, maxDelayMs: 3_000, jitter: "full" },
      misconfigured: { delayMs: 4_000, maxDelayMs: 5_000, forMs: 6_000 },
    });
  });
});

test("the redrives of a line are numbered in the order in which they are made, whatever of it is retried", () => {
  const choice = fc.record({ which: fc.nat(), settles: fc.constantFrom<Status>(...SETTLED) });
  fc.assert(
    fc.property(fc.array(choice, { maxLength: 30 }), (choices) => {
      const members: { id: string; status: Status }[] = line([ROOT, "failed"]);
      for (const { which, settles } of choices) {
        const of = dispatch(members[which % members.length]);
        const { id, redriveOf: back } = redriveOf({ of, line: members.toReversed() });
        expect([back, originalIdOf(id)]).toEqual([of.id, ROOT]);
        members.push({ id, status: settles });
      }
      expect(members.map(({ id }) => id)).toEqual([ROOT, ...choices.map((_, index) => redriveId(ROOT, index + 1, NOW))]);
    }),
  );
});

describe("the redrive behind one of a line", () => {
  const ids = [ROOT, `${ROOT}-r1`, `${ROOT}-r2_000000abc`, redriveId(ROOT, 9, NOW), redriveId(ROOT, 10, NOW)];

  test("is the next that was made, whichever order the line is read in, and none behind the last", () => {
    for (const order of [ids, ids.toReversed()]) {
      const behind = ids.map((after) => redriveBehind(line(...order.map((id) => [id, "failed"] as const)), { id: ROOT, after }));
      expect(behind).toEqual([...ids.slice(1), undefined]);
    }
  });

  test("of another line is asked for by mistake", () => {
    const asked = () => redriveBehind(line([ROOT, "failed"]), { id: ROOT, after: `${EVENT}-1` });
    expect(asked).toThrow(`(options.invalid) after: expected a dispatch of the line of ${ROOT}.`);
  });
});
