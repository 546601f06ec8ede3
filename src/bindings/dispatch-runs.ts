import type { RunView } from "../../schema/contract.ts";
import { WORKFLOW } from "../../schema/limits.ts";
import { messageOf } from "../../schema/message-of.ts";
import type { RunParams } from "../../schema/messages.ts";
import { chunks } from "../domain/chunks.ts";
import { dispose } from "./dispose.ts";

/** What became of an order to create runs. */
export interface CreatedRuns {
  /** Refused because the platform limits the rate: to be tried again later. */
  readonly refused: readonly RunParams[];
  /** Not created for another reason, with what the platform said. */
  readonly failed: readonly { readonly run: RunParams; readonly message: string }[];
}

/** An instance of this id exists, or came earlier in the same batch (workflows/build/workers-api): success, for us. */
const EXISTS = [10405, 10415];

/** Creates one instance a run, its id the dispatch's. A run that exists is left alone. */
export async function createRuns(workflow: Workflow<RunParams>, runs: readonly RunParams[]): Promise<CreatedRuns> {
  const parts = chunks(runs, WORKFLOW.maxBatchInstances);
  const problems: { readonly run: RunParams; readonly message: string }[] = [];
  for (const [index, part] of parts.entries()) {
    try {
      problems.push(...(await createBatch(workflow, part)));
    } catch (error) {
      if (!isRateLimit(error)) throw error;
      const message = String(error);
      problems.push(...parts.slice(index).flatMap((rest) => rest.map((run) => ({ run, message }))));
      break;
    }
  }
  const { refused = [], failed = [] } = Object.groupBy(problems, ({ message }) => (isRateLimit(message) ? "refused" : "failed"));
  return { refused: refused.map(({ run }) => run), failed };
}

async function createBatch(workflow: Workflow<RunParams>, runs: readonly RunParams[]): Promise<CreatedRuns["failed"]> {
  const { successRetention, errorRetention } = WORKFLOW;
  const instances = runs.map((run) => ({ id: run.id, params: run, retention: { successRetention, errorRetention } }));
  const { created, errors } = await workflow.createBatch({ instances });
  for (const instance of created) dispose(instance);
  return errors.flatMap(({ index, code, message }) => {
    const run = runs[index];
    return run === undefined || EXISTS.includes(code) ? [] : [{ run, message: `${code}: ${message}` }];
  });
}

function isRateLimit(error: unknown): boolean {
  return /rate limit|too many requests|\b429\b/i.test(messageOf(error));
}

/** How the engine sees the run of a dispatch. What is stored can be shown without it, so a silent engine is `unknown`, not an error. */
export async function runView(workflow: Workflow<RunParams>, id: string): Promise<RunView> {
  try {
    const instance = await findRun(workflow, id);
    if (instance === null) return { status: "missing" };
    const { status, error } = await instance.status().finally(() => dispose(instance));
    return error == null ? { status } : { status, error: { name: error.name, message: error.message } };
  } catch (error) {
    return { status: "unknown", error: { name: "WorkflowsUnavailable", message: messageOf(error) } };
  }
}

/** A handle on the run, to be disposed; `null` when the engine does not know it. */
export async function findRun(workflow: Workflow<RunParams>, id: string): Promise<WorkflowInstance | null> {
  try {
    return await workflow.get(id);
  } catch (error) {
    if (/not[_. ]found|does not exist/i.test(String(error))) return null;
    throw error;
  }
}
