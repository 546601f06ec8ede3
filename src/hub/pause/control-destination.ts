import type { DestinationControl } from "../../../schema/contract/destinations.ts";
import { Fault } from "../../../schema/faults.ts";
import { CONTROL, SECOND_MS } from "../../../schema/limits.ts";
import { destinationSubject } from "../../../schema/storage/subjects.ts";
import { didYouMean } from "../../../schema/wording.ts";
import { requireConfiguration } from "../../bindings/configuration.ts";
import type { Hub } from "../../bindings/hub.ts";
import { noteRow } from "../../domain/base/note.ts";
import { parseId } from "../../domain/base/parse-id.ts";
import { parseOperation } from "../../domain/operate/parse-operation.ts";
import { controlView } from "../../domain/pause/control-view.ts";
import { parseResumeOptions } from "../../domain/pause/resume-options.ts";
import { homeStore } from "../../store/d1/stores.ts";
import { giveMoments, readBacklog } from "../../store/pause/backlog.ts";
import { holdDestination, readControls, releaseDestination } from "../../store/pause/controls.ts";
import { type Operator, operationNote } from "../operate/operator.ts";

/** Every destination of the configuration, and whether it is held back; also one that is, although the configuration no longer has it. */
export async function listDestinations(hub: Hub): Promise<DestinationControl[]> {
  const [{ config }, controls] = await Promise.all([requireConfiguration(hub.env), readControls(homeStore(hub.env))]);
  const held = new Map(controls.map((row) => [row.destination, row]));
  return [...new Set([...Object.keys(config.destinations), ...held.keys()])].map((name) => controlView(name, held.get(name)));
}

/** Holds a destination back: nothing is attempted, nothing is lost, and no attempt is used up. What is under way is still recorded. */
export async function pauseDestination(operator: Operator, name: unknown, given: unknown): Promise<DestinationControl> {
  const options = parseOperation(given);
  const destination = await requireDestination(operator, name);
  const note = operationNote(operator, "pause", options);
  await holdDestination(
    homeStore(operator.hub.env),
    destination,
    noteRow({ ...note, subjectId: destinationSubject(destination), detail: null }),
  );
  return await controlOf(operator, destination);
}

/**
 * Lets a destination go that is held back. Its backlog follows within a minute, which is how often runs look; with a `rate`, each dispatch of
 * it has a moment of its own from a minute on, in the order of emission.
 */
export async function resumeDestination(operator: Operator, name: unknown, given: unknown): Promise<DestinationControl> {
  const { rate, ...options } = parseResumeOptions(given);
  const { hub } = operator;
  const held = (await readControls(homeStore(hub.env))).find(({ destination }) => destination === name);
  const destination = held?.destination ?? (await requireDestination(operator, name));
  if (held === undefined) return controlView(destination, undefined);
  if (rate !== undefined) await spread(hub, { destination, heldSince: held.since, rate });
  const detail = rate === undefined ? null : { rate };
  const note = operationNote(operator, "resume", options);
  await releaseDestination(homeStore(hub.env), destination, noteRow({ ...note, subjectId: destinationSubject(destination), detail }));
  return await controlOf(operator, destination);
}

/** By the time the first moment comes every run has looked, and knows its own. */
async function spread(hub: Hub, given: { destination: string; heldSince: number; rate: number }): Promise<void> {
  const { destination, heldSince, rate } = given;
  const now = hub.now();
  const from = now + CONTROL.lookMs;
  let beyond = "";
  for (let done = 0; ; ) {
    const ids = await readBacklog(homeStore(hub.env), { destination, beyond, from, heldSince, now, limit: CONTROL.spreadRows });
    const before = done;
    await giveMoments(
      homeStore(hub.env),
      ids.map((id, index) => ({ id, dueAt: Math.trunc(from + ((before + index) * SECOND_MS) / rate) })),
    );
    done += ids.length;
    beyond = ids.at(-1) ?? beyond;
    if (ids.length < CONTROL.spreadRows) return;
  }
}

async function controlOf({ hub }: Operator, destination: string): Promise<DestinationControl> {
  const controls = await readControls(homeStore(hub.env));
  return controlView(
    destination,
    controls.find((row) => row.destination === destination),
  );
}

/** Throws `destination.unknown`, also for one that only old dispatches know. */
async function requireDestination({ hub }: Operator, given: unknown): Promise<string> {
  const name = parseId(given);
  const { config } = await requireConfiguration(hub.env);
  const declared = Object.keys(config.destinations);
  if (declared.includes(name)) return name;
  const text = `There is no destination "${name}"${didYouMean(name, declared)} (declared: ${declared.join(", ")}).`;
  throw new Fault("destination.unknown", text);
}
