import { CHAIN } from "../../../schema/limits.ts";
import { chainTooLong } from "../../domain/emit/chain-budget.ts";
import type { EmitPlan } from "../../domain/emit/plan-emit.ts";
import { type Fence, fenceOf } from "../d1/fences.ts";
import { withStorage } from "../d1/storage.ts";
import { type Databases, homeStore, storeOf } from "../d1/stores.ts";
import { type ConfigRow, configStatements } from "./configs.ts";
import { type KnownEvents, knownFromResults, knownStatements, withoutKnownKeys, withoutStored } from "./known-keys.ts";
import { pausedFromResults, pausedStatements } from "./paused.ts";
import { type Guard, planStatements } from "./plan-statements.ts";

/** A plan with what goes into the same transaction. All of it can be written twice: ids were drawn before the first try. */
export interface PlanBatch {
  readonly plan: EmitPlan;
  /** The configuration that routed the plan, where it may not be stored yet. */
  readonly config: ConfigRow | null;
  /** Stores the plan only while a dispatch stands exactly so. */
  readonly guard?: Guard;
  /** Events that a chain may have. Without it a chain takes whatever is added: what was accepted before. */
  readonly maxChainEvents?: number;
  /** Statements that go before those of the plan. */
  readonly before?: readonly D1PreparedStatement[];
  /** Statements that go behind those of the plan. */
  readonly behind?: readonly D1PreparedStatement[];
}

export interface StoredPlan {
  /** Results of the statements that went before, in their order. */
  readonly before: readonly D1Result[];
  /** Events of the plan that were known by their keys, and not stored again. */
  readonly known: KnownEvents;
  /** Destinations that are paused. */
  readonly paused: ReadonlySet<string>;
}

/** The database of a plan: ids of one call are of one shard. */
export function storeOfPlan(env: Databases, { events: [first] }: EmitPlan): D1Database {
  return first === undefined ? homeStore(env) : storeOf(env, first.id);
}

/** Decides a plan anew from what is stored now, with the ids it has. Throws a `Fault` when it can no longer be stored at all. */
type Replan = (d1: D1Database, plan: EmitPlan) => Promise<EmitPlan>;

/** What a fence of a plan was about, read and decided again. Any other fence is its owner's. */
const REPLANS: Readonly<Partial<Record<Fence, Replan>>> = { knownKey: withoutKnownKeys };

/** A plan that meets a fence so often is given up: somebody else changes what it depends on all the time. */
const MAX_TRIES = 20;

/**
 * Stores a plan in one transaction, all or nothing. When a fence stops it, what the plan depends on is read again and the whole of it
 * decided again, with the same ids, until it is stored. Throws `key.conflict` when a key stands for another event, `chain.too_long` when a
 * chain takes no more, and the error of a fence that is not the plan's; then nothing is stored.
 */
export async function storePlan(d1: D1Database, batch: PlanBatch): Promise<StoredPlan> {
  let plan = batch.plan;
  for (let tries = 1; ; tries++) {
    try {
      return await storeOnce(d1, { ...batch, plan }, knownStatements(d1, batch.plan));
    } catch (error) {
      if (tries === MAX_TRIES) throw error;
      plan = await decidedAgain(d1, { batch, tried: plan, error });
    }
  }
}

/** What is to be stored after a fence has stopped a plan. Throws what stands in the way for good. */
async function decidedAgain(d1: D1Database, given: { batch: PlanBatch; tried: EmitPlan; error: unknown }): Promise<EmitPlan> {
  const { batch, tried, error } = given;
  const fence = fenceOf(error);
  if (fence === "chainTooLong") {
    const left = await planAgain(d1, await withoutStored(d1, batch.plan));
    if (left.events.length < tried.events.length) return left;
    throw chainTooLong(batch.maxChainEvents ?? CHAIN.maxEvents);
  }
  if (fence === undefined || REPLANS[fence] === undefined) throw error;
  return await planAgain(d1, batch.plan);
}

/** Every decision is taken again, not only that of the fence that was met: another may have become stale meanwhile. */
async function planAgain(d1: D1Database, whole: EmitPlan): Promise<EmitPlan> {
  let plan = whole;
  for (const replan of Object.values(REPLANS)) plan = await replan(d1, plan);
  return plan;
}

async function storeOnce(d1: D1Database, batch: PlanBatch, lookups: readonly D1PreparedStatement[]): Promise<StoredPlan> {
  const { before = [], behind = [], plan, config, guard, maxChainEvents } = batch;
  const writes = [...before, ...configStatements(d1, config), ...planStatements(d1, plan, { guard, maxChainEvents }), ...behind];
  const pausedNow = pausedStatements(d1, plan);
  const results = await withStorage(d1, () => d1.batch([...writes, ...pausedNow, ...lookups]));
  const [paused, known] = [results.slice(writes.length, writes.length + pausedNow.length), results.slice(writes.length + pausedNow.length)];
  return { before: results.slice(0, before.length), known: knownFromResults(known), paused: pausedFromResults(paused) };
}
