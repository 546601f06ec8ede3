import type { Cause } from "../../../schema/contract/events.ts";
import type { Json } from "../../../schema/json.ts";
import { planEmit } from "../../../src/domain/emit/plan-emit.ts";
import { type Random, randomOf } from "../../chaos/random.ts";
import type { Configuration } from "./configuration.ts";
import { fraction, idAt } from "./draw.ts";
import { fateOf } from "./fates.ts";
import { type Circumstances, historyOf } from "./history.ts";
import { KINDS, type KindName, kindOwing, MOST_OWED } from "./kinds.ts";
import { momentsBetween } from "./moments.ts";
import { withRedrive } from "./redrives.ts";
import type { History, Redriving, Told } from "./rows.ts";
import { type Happening, type Order, shopOf } from "./shop.ts";

export interface StoryOptions {
  readonly events: number;
  /** Redrives included. */
  readonly dispatches: number;
  readonly from: number;
  /** Nothing has happened after this. */
  readonly now: number;
  readonly seed: number;
  readonly configuration: Configuration;
  readonly bulks: readonly Redriving[];
}

/** An event that a destination emits in its reply. */
interface FollowUp {
  readonly kind: KindName;
  readonly at: number;
  readonly order: Order;
  readonly cause: Cause;
  readonly source: string;
}

/** The last event is so old that what it is owed can be over. */
const RECENT_MS = 5_000;
const CHAINS_BEGIN = 0.02;
const CHAINS_GO_ON = 0.85;

/** What a hub has been told in some days, and what came of it: oldest first, the same for the same seed. */
export function* storyOf(options: StoryOptions): Generator<Told> {
  const { seed, events, from, now, bulks } = options;
  const [whats, fates] = [randomOf(seed, "what"), randomOf(seed, "fate")];
  const shop = shopOf(randomOf(seed, "shop"));
  const circumstances = { random: fates, now };
  const followUps: FollowUp[] = [];
  let rest = options.dispatches;
  for (const [index, at] of momentsBetween({ from, to: now - RECENT_MS, count: events }, randomOf(seed, "when")).entries()) {
    const after = events - index - 1;
    const fits = (owed: number) => rest - owed >= after && rest - owed <= after * MOST_OWED;
    const followUp = dueFollowUp(followUps, at, fits);
    const kind = followUp?.kind ?? kindOwing(owedNow({ rest, after, fits }, whats), whats);
    const happening = shop.happen(kind, at, followUp?.order);
    const { event, histories } = told(happening, { at, followUp, options, circumstances });
    const retried = histories.flatMap((history) =>
      rest - 2 * histories.length >= after ? withRedrive(history, bulks, circumstances) : [history],
    );
    rest -= retried.length;
    followUps.push(...followUpOf({ kind, happening, first: histories[0], cause: causeOf(event) }, whats));
    yield { event, histories: retried };
  }
}

/** The next that can be told now. */
function dueFollowUp(followUps: FollowUp[], at: number, fits: (owed: number) => boolean): FollowUp | undefined {
  const index = followUps.findIndex((one) => one.at <= at && fits(KINDS[one.kind].owed));
  return index < 0 ? undefined : followUps.splice(index, 1)[0];
}

/** Around what has to be owed on average from now on. */
function owedNow({ rest, after, fits }: { rest: number; after: number; fits: (owed: number) => boolean }, random: Random): number {
  const wanted = rest / (after + 1) + 3 * (fraction(random) - 0.5);
  const possible = Array.from({ length: MOST_OWED }, (_, index) => index + 1).filter(fits);
  const [nearest] = possible.toSorted((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted));
  if (nearest === undefined) throw new Error(`${rest} dispatches cannot be owed by ${after + 1} events`);
  return nearest;
}

interface Telling {
  readonly at: number;
  readonly followUp: FollowUp | undefined;
  readonly options: StoryOptions;
  readonly circumstances: Circumstances;
}

/** Routed and stored as `emit()` would, and each dispatch with what became of it. */
function told({ input }: Happening, { at, followUp, options, circumstances }: Telling): Told {
  const { time, data, type, subject, key, source } = input;
  const plan = planEmit({
    accepted: [
      {
        type,
        subject: subject ?? undefined,
        data: data as Json,
        dataText: JSON.stringify(data),
        time: new Date(time ?? at),
        ...(followUp === undefined && { key: key ?? undefined }),
      },
    ],
    ids: [idAt(at, circumstances.random)],
    caller: { source: followUp?.source ?? source ?? undefined },
    cause: followUp?.cause,
    routing: options.configuration.routing,
    configVersion: options.configuration.version,
    maxDispatches: MOST_OWED,
    now: at,
  });
  const [event] = plan.events;
  if (event === undefined) throw new Error("nothing was planned");
  return { event, histories: plan.dispatches.map((owed) => historyOf(owed, fateOf(circumstances.random), circumstances)) };
}

function causeOf({ id, correlationId, depth }: Told["event"]): Cause {
  return { correlationId, depth, causationId: `${id}-0` };
}

interface Ending {
  readonly kind: KindName;
  readonly happening: Happening;
  readonly first: History | undefined;
  readonly cause: Cause;
}

/** What the first destination has emitted, if it did. */
function followUpOf({ kind, happening: { order }, first, cause }: Ending, random: Random): FollowUp[] {
  const { next } = KINDS[kind];
  if (next === undefined || first?.dispatch.status !== "complete") return [];
  if (!random.chance(cause.depth === 0 ? CHAINS_BEGIN : CHAINS_GO_ON)) return [];
  return [{ kind: next, at: first.dispatch.settledAt ?? 0, order, cause, source: first.dispatch.destination }];
}
