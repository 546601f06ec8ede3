import type { CallerProps } from "../../../schema/contract/caller.ts";
import type { EmitReceipt } from "../../../schema/contract/emit.ts";
import { faultCode } from "../../../schema/faults.ts";
import { EMIT } from "../../../schema/limits.ts";
import type { RunParams } from "../../../schema/storage/messages.ts";
import { type Configuration, maxChainEventsOf, requireConfiguration } from "../../bindings/configuration.ts";
import { enqueueRunsOrLog } from "../../bindings/dispatch-queue.ts";
import type { Hub } from "../../bindings/hub.ts";
import { type AcceptedEvent, parseEmit } from "../../domain/emit/parse-emit.ts";
import { parseEmitOptions, refuseKeys } from "../../domain/emit/parse-emit-options.ts";
import { type EmitPlan, planEmit } from "../../domain/emit/plan-emit.ts";
import { receiptsOf, runsOf } from "../../domain/emit/receipts.ts";
import { collapseRepeats } from "../../domain/emit/repeated-keys.ts";
import { markLongChains } from "../../store/emit/chain-length.ts";
import { configRow } from "../../store/emit/configs.ts";
import { type StoredPlan, storeOfPlan, storePlan } from "../../store/emit/store-plan.ts";
import { queueEmit } from "./queue-emit.ts";

/** Who calls emit, and how to go on after the reply. */
export interface Emitter {
  readonly hub: Hub;
  readonly caller: CallerProps;
  /** `ctx.waitUntil`. */
  readonly afterReply: (work: Promise<unknown>) => void;
}

/** Accepts events, all or none, and returns a receipt each. They are durable when this resolves; their runs are started after. */
export async function emit(emitter: Emitter, input: unknown, options?: unknown): Promise<EmitReceipt[]> {
  const { allowQueued } = parseEmitOptions(options);
  const accepted = parseEmit(Array.isArray(input) ? input : [input], { maxEvents: EMIT.maxEvents, maxBytes: EMIT.maxCallBytes });
  if (allowQueued) refuseKeys(accepted);
  const configuration = await requireConfiguration(emitter.hub.env);
  const whole = planCall(emitter, accepted, configuration);
  try {
    return await storeAndStart(emitter, whole, configuration);
  } catch (error) {
    if (!allowQueued || faultCode(error) !== "storage.unavailable") throw error;
    return await queueEmit(emitter.hub, { whole, configuration, error });
  }
}

/** What a call would store now. */
export function planCall(
  { hub, caller }: Omit<Emitter, "afterReply">,
  accepted: readonly AcceptedEvent[],
  { routing, version }: Configuration,
): EmitPlan {
  return planEmit({
    accepted,
    ids: accepted.map(() => hub.newId()),
    caller,
    routing,
    configVersion: version,
    maxDispatches: EMIT.maxDispatches,
    now: hub.now(),
  });
}

async function storeAndStart(emitter: Emitter, whole: EmitPlan, configuration: Configuration): Promise<EmitReceipt[]> {
  const { plan, repeats } = collapseRepeats(whole);
  const { known, paused } = await store(emitter.hub, plan, configuration);
  startSoon(emitter, runsOf(plan, { known, paused, now: emitter.hub.now() }));
  return receiptsOf(whole, { repeats, known });
}

/** Configurations this isolate has seen stored. */
const storedVersions = new WeakMap<object, string>();

async function store(hub: Hub, plan: EmitPlan, configuration: Configuration): Promise<StoredPlan> {
  const { version } = configuration;
  const maxChainEvents = maxChainEventsOf(configuration);
  const d1 = storeOfPlan(hub.env, plan);
  await markLongChains(d1, plan, { limit: maxChainEvents, now: hub.now() });
  const config = storedVersions.get(hub.env) === version ? null : configRow(configuration, hub.now());
  const stored = await storePlan(d1, { plan, config, maxChainEvents });
  storedVersions.set(hub.env, version);
  return stored;
}

function startSoon({ hub, afterReply }: Emitter, runs: readonly RunParams[]): void {
  if (runs.length === 0) return;
  afterReply(enqueueRunsOrLog(hub.env.DISPATCH_QUEUE, runs, { door: "emit.enqueue", runs: runs.length, first: runs[0]?.id }));
}
