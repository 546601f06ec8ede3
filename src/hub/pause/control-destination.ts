import type { DestinationControl } from "../../../schema/contract/destinations.ts";
import { Fault } from "../../../schema/faults.ts";
import { CONTROL, SECOND_MS } from "../../../schema/limits.ts";
import { didYouMean } from "../../../schema/wording.ts";
import { requireConfiguration } from "../../bindings/configuration.ts";
import { parseId } from "../../domain/base/parse-id.ts";
import { parseOperation } from "../../domain/operate/parse-operation.ts";
import { controlView } from "../../domain/pause/control-view.ts";
import { parseResumeOptions } from "../../domain/pause/resume-options.ts";
import { giveMoments, readBacklog } from "../../store/pause/backlog.ts";
import { holdDestination, readControls, releaseDestination } from "../../store/pause/controls.ts";
import { type Operator, operationNote } from "../operate/operator.ts";

/** Every destination of the configuration, and whether it is held back; also one that is, although the configuration no longer has it. */
export async function listDestinations(env: Env): Promise<DestinationControl[]> {
  const [{ config }, controls] = await Promise.all([requireConfiguration(env), readControls(env.DB)]);
  const held = new Map(controls.map((row) => [row.destination, row]));
  return [...new Set([...Object.keys(config.destinations), ...held.keys()])].map((name) => controlView(name, held.get(name)));
}

/** Holds a destination back: nothing is attempted, nothing is lost, and no attempt is used up. What is under way is still recorded. */
export async function pauseDestination(operator: Operator, name: unknown, given: unknown): Promise<DestinationControl> {
  const options = parseOperation(given);
  const destination = await requireDestination(operator, name);
  await holdDestination(operator.env.DB, destination, noteOf(operator, "pause", destination, options));
  return await controlOf(operator, destination);
}

/**
 * Lets a destination go that is held back. Its backlog follows within a minute, which is how often runs look; with a `rate`, each dispatch of
 * it has a moment of its own from a minute on, in the order of emission.
 */
export async function resumeDestination(operator: Operator, name: unknown, given: unknown): Promise<DestinationControl> {
  const { rate, ...options } = parseResumeOptions(given);
  const { env } = operator;
  const held = (await readControls(env.DB)).find(({ destination }) => destination === name);
  const destination = held?.destination ?? (await requireDestination(operator, name));
  if (held === undefined) return controlView(destination, undefined);
  if (rate !== undefined) await spread(env, { destination, heldSince: held.since, rate });
  const detail = rate === undefined ? null : JSON.stringify({ rate });
  await releaseDestination(env.DB, destination, { ...noteOf(operator, "resume", destination, options), detail });
  return await controlOf(operator, destination);
}

/** By the time the first moment comes every run has looked, and knows its own. */
async function spread({ DB }: Env, given: { destination: string; heldSince: number; rate: number }): Promise<void> {
  const { destination, heldSince, rate } = given;
  const now = Date.now();
  const from = now + CONTROL.lookMs;
  let beyond = "";
  for (let done = 0; ; ) {
    const ids = await readBacklog(DB, { destination, beyond, from, heldSince, now, limit: CONTROL.spreadRows });
    const before = done;
    await giveMoments(
      DB,
      ids.map((id, index) => ({ id, dueAt: Math.trunc(from + ((before + index) * SECOND_MS) / rate) })),
    );
    done += ids.length;
    beyond = ids.at(-1) ?? beyond;
    if (ids.length < CONTROL.spreadRows) return;
  }
}

function noteOf(operator: Operator, kind: string, destination: string, options: ReturnType<typeof parseOperation>) {
  return { ...operationNote(operator, kind, options), subjectId: `${CONTROL.subject}${destination}`, detail: null };
}

async function controlOf({ env }: Operator, destination: string): Promise<DestinationControl> {
  const controls = await readControls(env.DB);
  return controlView(
    destination,
    controls.find((row) => row.destination === destination),
  );
}

/** Throws `destination.unknown`, also for one that only old dispatches know. */
async function requireDestination({ env }: Operator, given: unknown): Promise<string> {
  const name = parseId(given);
  const { config } = await requireConfiguration(env);
  const declared = Object.keys(config.destinations);
  if (declared.includes(name)) return name;
  const text = `There is no destination "${name}"${didYouMean(name, declared)} (declared: ${declared.join(", ")}).`;
  throw new Fault("destination.unknown", text);
}
