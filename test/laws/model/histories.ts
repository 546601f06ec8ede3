import fc from "fast-check";
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "../../../schema/limits.ts";
import type { Answer } from "../../../src/domain/attempt/answer.ts";
import { policyOf } from "../../unit/support/policies.ts";
import type { History, Reply, Trouble } from "./world.ts";

const failed = (how: { retryable?: boolean; retryAfterMs?: number } = {}): Answer => ({
  outcome: "failed",
  error: { name: "Failed", message: "no" },
  retryable: true,
  ...how,
});

const answer = fc.oneof(
  { weight: 4, arbitrary: fc.constant(failed()) },
  { weight: 3, arbitrary: fc.constantFrom<Answer>({ outcome: "complete", emit: [] }, { outcome: "complete", emit: [1] }) },
  { weight: 1, arbitrary: fc.constantFrom<Answer>({ outcome: "ignored", emit: [1] }, failed({ retryable: false })) },
  { weight: 1, arbitrary: fc.constantFrom(0, 5 * SECOND_MS, HOUR_MS).map((retryAfterMs) => failed({ retryAfterMs })) },
  { weight: 2, arbitrary: fc.constant<Answer>({ outcome: "misconfigured", error: { name: "Misconfigured", message: "no binding" } }) },
);

/** What takes all of its time is said to have failed: the hub does not wait longer. */
const reply: fc.Arbitrary<Reply> = fc
  .record({ answer, takes: fc.constantFrom(0, 0.01, 0.5, 0.999, 1) })
  .map((given) => (given.takes === 1 ? { ...given, answer: failed() } : given));

const policy = fc
  .record({
    timeoutMs: fc.constantFrom(SECOND_MS, MINUTE_MS, 15 * MINUTE_MS),
    limit: fc.nat({ max: 3 }),
    delayMs: fc.constantFrom(0, 5 * SECOND_MS, 10 * MINUTE_MS, HOUR_MS),
    jitter: fc.constantFrom("full" as const, "none" as const),
    forMs: fc.constantFrom(0, HOUR_MS),
  })
  .map(({ timeoutMs, limit, delayMs, jitter, forMs }) =>
    policyOf({ timeoutMs, retry: { limit, delayMs, jitter }, misconfigured: { forMs } }),
  );

const late = fc.boolean();
const forAWhile = fc.constantFrom(10 * SECOND_MS, 5 * MINUTE_MS, HOUR_MS, 8 * HOUR_MS, 30 * HOUR_MS);
const aFew = fc.integer({ min: 1, max: 4 });

/** Each kind of trouble, and how much of it there is among the others. */
const TROUBLES: { readonly [Kind in Trouble["do"]]: number } = {
  crash: 8,
  evict: 3,
  terminate: 2,
  forget: 2,
  pause: 1,
  resume: 1,
  hold: 1,
  release: 1,
  cancel: 2,
  storageDown: 2,
  statusDown: 2,
  remedyDown: 2,
  runsBreak: 2,
  slow: 2,
  unheardWrites: 2,
  unheardRemedies: 2,
  loseMessages: 2,
  repeatMessages: 2,
  dieAfterClaim: 2,
};

const KINDS = Object.keys(TROUBLES) as Trouble["do"][];

/** Of an installation on one machine, whose engine loses its timers when it is killed, or of the platform. */
function troubles(local: boolean, kinds: readonly Trouble["do"][] = KINDS): fc.Arbitrary<Trouble> {
  return fc.oneof(...kinds.map((kind) => ({ weight: TROUBLES[kind], arbitrary: troubleOf(kind, local) })));
}

function troubleOf(kind: Trouble["do"], local: boolean): fc.Arbitrary<Trouble> {
  switch (kind) {
    case "crash":
      return late.map((isLate) => ({ do: kind, local, late: isLate }));
    case "evict":
    case "terminate":
    case "forget":
      return late.map((isLate) => ({ do: kind, late: isLate }));
    case "pause":
    case "resume":
    case "hold":
    case "release":
    case "cancel":
      return fc.constant({ do: kind });
    case "storageDown":
    case "statusDown":
    case "remedyDown":
    case "runsBreak":
    case "slow":
      return forAWhile.map((ms) => ({ do: kind, ms }));
    case "unheardWrites":
    case "unheardRemedies":
    case "loseMessages":
    case "repeatMessages":
    case "dieAfterClaim":
      return aFew.map((count) => ({ do: kind, count }));
    default:
      return kind satisfies never;
  }
}

/** Most troubles come close upon each other, when something is under way. */
const afterMs = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0) },
  { weight: 4, arbitrary: fc.nat({ max: 2 * SECOND_MS }) },
  { weight: 4, arbitrary: fc.nat({ max: 5 * MINUTE_MS }) },
  { weight: 2, arbitrary: fc.nat({ max: 2 * HOUR_MS }) },
  { weight: 1, arbitrary: fc.nat({ max: 30 * HOUR_MS }) },
);

/** Histories of a dispatch, with troubles of these kinds only, or of any. */
export function histories(kinds?: readonly Trouble["do"][]): fc.Arbitrary<History> {
  return fc.boolean().chain((local) =>
    fc.record({
      policy,
      delayMs: fc.oneof(fc.constant(0), fc.constantFrom(MINUTE_MS, 3 * HOUR_MS, 2 * DAY_MS)),
      local: fc.constant(local),
      replies: fc.array(reply, { minLength: 1, maxLength: 6 }),
      troubles:
        kinds?.length === 0 ? fc.constant([]) : fc.array(fc.record({ afterMs, trouble: troubles(local, kinds) }), { maxLength: 14 }),
      seed: fc.integer(),
    }),
  );
}
