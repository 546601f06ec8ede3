import type { RunView } from "../../schema/contract/dispatches.ts";
import { WORKFLOWS } from "../../schema/deployment.ts";
import { WORKFLOW } from "../../schema/limits.ts";
import { messageOf } from "../../schema/message-of.ts";
import { HELD, type RunParams, STEP } from "../../schema/storage/messages.ts";
import { chunks } from "../domain/base/chunks.ts";
import { requireBound } from "../domain/deployment/binding-problems.ts";
import { dispose } from "./dispose.ts";
import { engineAnswer } from "./engine.ts";
import { isInstanceExists, isInstanceMissing, isRateLimit, isTransientOfWorkflows } from "./platform-errors.ts";

/** What became of an order to create runs. */
export interface CreatedRuns {
  /** Not created because the platform limits the rate: to be tried again later. */
  readonly rateLimited: readonly RunParams[];
  /** Not created because they exist. */
  readonly existing: readonly RunParams[];
  /** Not created for another reason, with what the platform said. */
  readonly failed: readonly { readonly run: RunParams; readonly message: string }[];
}

/** Creates one instance a run, its id the dispatch's. A run that exists is left alone. */
export async function createRuns(workflow: Workflow<RunParams>, runs: readonly RunParams[]): Promise<CreatedRuns> {
  const parts = chunks(runs, WORKFLOW.maxBatchInstances);
  const refusals: Refusal[] = [];
  for (const [index, part] of parts.entries()) {
    try {
      refusals.push(...(await createBatch(workflow, part)));
    } catch (error) {
      if (!isRateLimit(error)) throw error;
      const message = String(error);
      refusals.push(...parts.slice(index).flatMap((rest) => rest.map((run) => ({ run, message, exists: false }))));
      break;
    }
  }
  const { existing = [], rateLimited = [], failed = [] } = Object.groupBy(refusals, kindOf);
  return { existing: existing.map(({ run }) => run), rateLimited: rateLimited.map(({ run }) => run), failed };
}

/** A run that was not created, with what the platform said. */
interface Refusal {
  readonly run: RunParams;
  readonly message: string;
  readonly exists: boolean;
}

function kindOf({ exists, message }: Refusal): keyof CreatedRuns {
  if (exists) return "existing";
  return isRateLimit(message) ? "rateLimited" : "failed";
}

async function createBatch(workflow: Workflow<RunParams>, runs: readonly RunParams[]): Promise<Refusal[]> {
  const { successRetention, errorRetention } = WORKFLOW;
  const instances = runs.map((run) => ({ id: run.id, params: run, retention: { successRetention, errorRetention } }));
  const bound = requireBound(workflow, WORKFLOWS.dispatchWorkflow.binding);
  const { created, errors } = await engineAnswer(bound.createBatch({ instances }), { release: (late) => late.created.forEach(dispose) });
  for (const instance of created) dispose(instance);
  return errors.flatMap(({ index, code, message }) => {
    const run = runs[index];
    return run === undefined ? [] : [{ run, message: `${code}: ${message}`, exists: isInstanceExists({ code }) }];
  });
}

/**
 * How the engine sees the run of a dispatch, for somebody who waits to see it. What is stored can be shown without it, so an engine that is
 * away, or silent for 3 s, is `unknown` and not an error.
 */
export async function runView(workflow: Workflow<RunParams>, id: string): Promise<RunView> {
  const { status, error } = await lookAtRun(workflow, id, WORKFLOW.lookMs);
  return error == null ? { status } : { status, error: { name: error.name, message: error.message } };
}

/** The same with what the run returned, and as long as a call may take. Never throws. */
export async function lookAtRun(
  workflow: Workflow<RunParams>,
  id: string,
  withinMs: number = WORKFLOW.answerMs,
): Promise<RunView & { readonly output?: unknown }> {
  try {
    return await engineAnswer(statusOf(requireBound(workflow, WORKFLOWS.dispatchWorkflow.binding), id), { withinMs });
  } catch (error) {
    return { status: "unknown", error: { name: "WorkflowsUnavailable", message: messageOf(error) } };
  }
}

async function statusOf(workflow: Workflow<RunParams>, id: string): Promise<RunView & { readonly output?: unknown }> {
  const instance = await findRun(workflow, id);
  if (instance === null) return { status: "missing" };
  const { status, error, output } = await instance.status().finally(() => dispose(instance));
  return { status, output, ...(error != null && { error }) };
}

/**
 * Makes a run look again: an event that nobody waits for, which a run that is awake ignores. The local engine needs it after each of its
 * restarts, since sleeping runs do not wake there by themselves; whatever has put a run to sleep elsewhere, it helps there too.
 */
export async function wakeRun(workflow: Workflow<RunParams>, id: string): Promise<void> {
  await withRun(workflow, id, (instance) => engineAnswer(instance.sendEvent({ type: "wake", payload: null })));
}

/**
 * Starts a run over. `unrecorded` is the attempt whose answer may be waiting to be written: then the run goes on from there, and the
 * destination is not called again. A call that is under way is cancelled.
 */
export async function restartRun(workflow: Workflow<RunParams>, id: string, { unrecorded }: { unrecorded: number }): Promise<void> {
  await withRun(workflow, id, async (instance) => {
    try {
      await engineAnswer(instance.restart({ from: { name: STEP.record(unrecorded) } }));
    } catch (error) {
      if (isTransientOfWorkflows(error)) throw error;
      await engineAnswer(instance.restart());
    }
  });
}

/**
 * Puts another run in the place of one, or of none: a run that was told to sleep until a moment that no longer holds would do so again when
 * it is restarted. Throws when it could not be created: then there is none.
 */
export async function replaceRun(workflow: Workflow<RunParams>, run: RunParams): Promise<void> {
  const old = await findRun(workflow, run.id);
  if (old !== null) await engineAnswer(old.delete()).finally(() => dispose(old));
  await createRun(workflow, run);
}

/** Creates a run, or lets it be when there is one. */
export async function createRun(workflow: Workflow<RunParams>, run: RunParams): Promise<void> {
  const { rateLimited, failed } = await createRuns(workflow, [run]);
  if (rateLimited.length > 0) throw new Error("the platform limits the rate at which runs are created");
  if (failed[0] !== undefined) throw new Error(failed[0].message);
}

/**
 * Starts a run over that ended because its dispatch was held back; any other is left alone. The platform documents a restart of a run whatever
 * its status; should it refuse one that is complete, another takes its place.
 */
export async function startOverHeld(workflow: Workflow<RunParams>, run: RunParams): Promise<void> {
  await withRun(workflow, run.id, async (instance) => {
    const { status, output } = await engineAnswer(instance.status());
    if (status !== "complete" || output !== HELD) return;
    try {
      await engineAnswer(instance.restart());
    } catch (error) {
      if (isTransientOfWorkflows(error)) throw error;
      await replaceRun(workflow, run);
    }
  });
}

/** Ends a run where it stands. What it is calling is not recorded. */
export async function terminateRun(workflow: Workflow<RunParams>, id: string): Promise<void> {
  await withRun(workflow, id, (instance) => engineAnswer(instance.terminate()));
}

async function withRun(workflow: Workflow<RunParams>, id: string, work: (instance: WorkflowInstance) => Promise<void>): Promise<void> {
  const instance = await engineAnswer(workflow.get(id));
  try {
    await work(instance);
  } finally {
    dispose(instance);
  }
}

/** A handle on the run, to be disposed; `null` when the engine does not know it. */
export async function findRun(workflow: Pick<Workflow, "get">, id: string): Promise<WorkflowInstance | null> {
  try {
    return await engineAnswer(workflow.get(id));
  } catch (error) {
    if (isInstanceMissing(error)) return null;
    throw error;
  }
}
