import { emitInput, type ParsedEmitInput } from "../../../schema/contract/emit-input.ts";
import { Fault, type FaultCode } from "../../../schema/faults.ts";
import type { Json } from "../../../schema/json.ts";
import { EMIT } from "../../../schema/limits.ts";
import { shortened } from "../../../schema/text.ts";
import { inWords, issuesOf, issuesText } from "../../../schema/wording.ts";
import { byteLength } from "../base/byte-length.ts";
import { readOr } from "../base/parsed.ts";
import { NO_DATA } from "./event-data.ts";
import { readJson } from "./read-json.ts";

/** An event that may be stored. */
export interface AcceptedEvent extends Omit<ParsedEmitInput, "data"> {
  /** As it will be read back: without members that were `undefined`. */
  readonly data: Json | undefined;
  /** As it is stored. */
  readonly dataText: string;
}

/** Checks everything about a call that needs no database. Throws a `Fault` that names the event, counted from 0, and the field. */
export function parseEmit(inputs: readonly unknown[], bounds: { maxEvents: number; maxBytes: number }): AcceptedEvent[] {
  const length = readOr("event.invalid", "The list of events", () => lengthOf(inputs, bounds.maxEvents));
  const events: AcceptedEvent[] = [];
  let bytes = 0;
  for (let index = 0; index < length; index++) {
    const { event, size } = readOr("event.invalid", `Event ${index}`, () => parseEvent(inputs[index], index));
    bytes += size;
    if (bytes > bounds.maxBytes)
      throw new Fault(
        "batch.too_large",
        `The events of this call exceed ${inMiB(bounds.maxBytes)} at event ${index}; emit them in several calls.`,
      );
    events.push(event);
  }
  return events;
}

/** Of a list that holds events and nothing else: whatever a list says besides would be lost without a word. */
function lengthOf(inputs: readonly unknown[], maxEvents: number): number {
  const { length } = inputs;
  if (length === 0) throw new Fault("batch.empty", "No event was passed; pass at least one.");
  if (length > maxEvents) throw new Fault("batch.too_large", `${length} events were passed; the limit is ${maxEvents} a call.`);
  const surplus = Object.keys(inputs).find((name) => !/^\d+$/.test(name));
  if (surplus !== undefined)
    throw new Fault("event.invalid", `The list of events has a member "${shortened(surplus)}"; pass a plain list.`);
  return length;
}

function parseEvent(input: unknown, index: number): { event: AcceptedEvent; size: number } {
  const parsed = emitInput.safeParse(input, inWords);
  if (!parsed.success) {
    const issues = issuesOf(parsed.error);
    throw new Fault(faultFor(issues[0]?.path), `Event ${index}: ${issuesText(issues)}.`);
  }
  const { data, ...attributes } = parsed.data;
  if (attributes.delay !== undefined && attributes.at !== undefined) {
    throw new Fault("delay.invalid", `Event ${index}: pass either delay or at, not both.`);
  }
  if ((attributes.causedBy?.depth ?? 0) >= EMIT.maxChainDepth) {
    throw new Fault(
      "chain.too_deep",
      `Event ${index} would be ${EMIT.maxChainDepth + 1} causes deep; the limit is ${EMIT.maxChainDepth}. Something emits in a loop.`,
    );
  }
  const body = parseData(data, index);
  const size = byteLength(body.dataText) + byteLength(JSON.stringify(attributes));
  if (size > EMIT.maxEventBytes) throw tooLarge(index, `${inMiB(size)} (${size} bytes)`);
  return { event: { ...attributes, ...body }, size };
}

function parseData(value: unknown, index: number): Pick<AcceptedEvent, "data" | "dataText"> {
  if (value === undefined) return { data: undefined, dataText: NO_DATA };
  const { data, problem } = readJson(value, { maxDepth: EMIT.maxDepth, maxBytes: EMIT.maxEventBytes });
  if (problem === undefined) return { data, dataText: JSON.stringify(data) };
  if (problem.code === "payload.too_large") throw tooLarge(index, "larger than it may be");
  throw new Fault(problem.code, `Event ${index}: ${problem.text}.`);
}

function faultFor(path: string | undefined): FaultCode {
  return path === "delay" || path === "at" ? "delay.invalid" : "event.invalid";
}

function tooLarge(index: number, size: string): Fault {
  return new Fault("payload.too_large", `Event ${index} is ${size}; the limit is ${inMiB(EMIT.maxEventBytes)}.`);
}

function inMiB(bytes: number): string {
  return `${Number((bytes / 1024 ** 2).toFixed(2))} MiB`;
}
