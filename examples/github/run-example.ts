import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startStack } from "../../tools/local/stack.ts";
import type { Options } from "./options.ts";
import type { Bindings } from "./scenario/bindings.ts";
import { type Report, runScenario } from "./scenario/run.ts";
import { shownProgress } from "./show/progress.ts";
import { report, say } from "./show/say.ts";
import { dispatchTable } from "./show/table.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const WORKERS = ["producer", "triage", "checks", "audit", "digest", "projects"];

/** Runs the example; returns the exit code. Throws the reason of `interrupted`, or what made it impossible; nothing is left running. */
export async function runExample(options: Options, interrupted: AbortSignal): Promise<number> {
  const temporary = options.persist === undefined ? await mkdtemp(join(tmpdir(), "flowhub-github-")) : undefined;
  try {
    return await onState(options, { interrupted, stateDir: options.persist ?? temporary ?? "" });
  } finally {
    if (temporary !== undefined) await rm(temporary, { recursive: true, force: true });
  }
}

async function onState(options: Options, { stateDir, interrupted }: { stateDir: string; interrupted: AbortSignal }): Promise<number> {
  say("starting the hub, a producer and five destinations …");
  const configs = [join(ROOT, "wrangler.toml"), ...WORKERS.map(configOf)];
  await using stack = await startStack({ configs, stateDir, port: options.port, signal: interrupted });
  say(`console: ${stack.url}`);
  await using observer = await stack.observe<Bindings>({ config: configOf("observer"), ready: isReady });

  const signal = AbortSignal.any([interrupted, stack.broken]);
  const progress = shownProgress();
  const result = await untilAborted(signal, runScenario(observer.bindings, { signal, progress })).finally(progress.stop);
  const exitCode = result.reasons.length === 0 ? 0 : 1;
  (options.json ? say : report)(textOf(result));
  if (options.json) report(result.summary);
  if (options.once) return exitCode;

  say(`The hub goes on: ${stack.url} (Ctrl-C ends it)`);
  say(`Is everything accounted for? npm run audit -- --registry ${stack.registryDir}`);
  await untilAborted(stack.broken, aborted(interrupted));
  return exitCode;
}

function configOf(worker: string): string {
  return join(import.meta.dirname, worker, "wrangler.toml");
}

/** The producer refuses what is not a POST, in its own words, as soon as it is there. */
async function isReady({ PRODUCER, HUB }: Bindings): Promise<void> {
  const { status } = await PRODUCER.fetch("https://producer.example/", { method: "PUT", headers: {}, body: "" });
  if (status !== 405) throw new Error(`the producer answered ${status}`);
  await HUB.health();
}

function textOf({ dispatches, reasons, summary }: Report): string {
  return [dispatchTable(dispatches), ...reasons, summaryText(summary)].join("\n");
}

function summaryText({ events, dispatches, settled, unexplained, seconds }: Report["summary"]): string {
  return `${events} events, ${settled} of ${dispatches} dispatches settled in ${seconds} s, ${unexplained} unexplained`;
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
}

/** What is under way may wait for an answer that never comes: an interruption does not. */
async function untilAborted<Result>(signal: AbortSignal, work: Promise<Result>): Promise<Result> {
  return await Promise.race([work, aborted(signal).then(() => Promise.reject(signal.reason))]);
}
