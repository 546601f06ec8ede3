import type { DestinationControl } from "../../../schema/contract/destinations.ts";
import { Fault } from "../../../schema/faults.ts";
import { destinationSubject } from "../../../schema/storage/subjects.ts";
import { didYouMean, namesText } from "../../../schema/wording.ts";
import { requireConfiguration } from "../../bindings/configuration.ts";
import type { Hub } from "../../bindings/hub.ts";
import { noteRow } from "../../domain/base/note.ts";
import { parseId } from "../../domain/base/parse-id.ts";
import { parseOperation } from "../../domain/operate/parse-operation.ts";
import { controlView } from "../../domain/pause/control-view.ts";
import { parseResumeOptions } from "../../domain/pause/resume-options.ts";
import { homeStore } from "../../store/d1/stores.ts";
import { drainDestination, holdDestination, readControls } from "../../store/pause/controls.ts";
import { type Operator, operationNote } from "../operate/operator.ts";
import { releaseSoon } from "./release-backlogs.ts";

/** Every destination of the configuration, and whether it is held back; also one that is, although the configuration no longer has it. */
export async function listDestinations(hub: Hub): Promise<DestinationControl[]> {
  const [{ config }, controls] = await Promise.all([requireConfiguration(hub.env), readControls(homeStore(hub.env), hub.now())]);
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
 * Lets a destination go that is held back, or gives it another rate while it drains. What is emitted from now on is attempted as ever; what was held
 * back follows, a minute's share at a time, beginning at once.
 */
export async function resumeDestination(operator: Operator, name: unknown, given: unknown): Promise<DestinationControl> {
  const { rate, ...options } = parseResumeOptions(given);
  const { hub } = operator;
  const store = homeStore(hub.env);
  const held = (await readControls(store, hub.now())).find(({ destination }) => destination === name);
  const destination = held?.destination ?? (await requireDestination(operator, name));
  if (held === undefined) return controlView(destination, undefined);
  const detail = rate === undefined ? null : { rate };
  const note = noteRow({ ...operationNote(operator, "resume", options), subjectId: destinationSubject(destination), detail });
  await drainDestination(store, destination, { rate: rate ?? null, note });
  await releaseSoon(hub, destination);
  return await controlOf(operator, destination);
}

async function controlOf({ hub }: Operator, destination: string): Promise<DestinationControl> {
  const controls = await readControls(homeStore(hub.env), hub.now());
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
  const text = `There is no destination "${name}"${didYouMean(name, declared)} (declared: ${namesText(declared)}).`;
  throw new Fault("destination.unknown", text);
}
