import { emitInput, type ParsedEmitInput } from "../../../schema/contract/emit-input.ts";
import { Fault, type FaultCode } from "../../../schema/faults.ts";
import type { Json } from "../../../schema/json.ts";
import { EMIT } from "../../../schema/limits.ts";
import { inWords, issuesOf, issueText } from "../../../schema/wording.ts";
import { byteLength } from "../base/byte-length.ts";
import { checkJson } from "./json-problem.ts";

/** An event that may be stored. */
export interface AcceptedEvent extends Omit<ParsedEmitInput, "data"> {
  /** As it will be read back: without members that were `undefined`. */
  readonly data: Json;
  readonly dataText: string;
}

/** Checks everything about a call that needs no database. Throws a `Fault` that names the event, counted from 0, and the field. */
export function parseEmit(inputs: readonly unknown[], bounds: { maxEvents: number; maxBytes: number }): AcceptedEvent[] {
  if (inputs.length === 0) throw new Fault("batch.empty", "No event was passed; pass at least one.");
  if (inputs.length > bounds.maxEvents) {
    throw new Fault("batch.too_large", `${inputs.length} events were passed; the limit is ${bounds.maxEvents} a call.`);
  }
  let bytes = 0;
  // Not `map`: it passes over the holes of a list.
  return Array.from(inputs, (input, index) => {
    const { event, size } = parseEvent(input, index);
    bytes += size;
    if (bytes > bounds.maxBytes)
      throw new Fault(
        "batch.too_large",
        `The events of this call exceed ${inMiB(bounds.maxBytes)} at event ${index}; emit them in several calls.`,
      );
    return event;
  });
}

function parseEvent(input: unknown, index: number): { event: AcceptedEvent; size: number } {
  const parsed = emitInput.safeParse(input, inWords);
  if (!parsed.success) {
    const issues = issuesOf(parsed.error);
    throw new Fault(faultFor(issues[0]?.path), `Event ${index}: ${issues.map(issueText).join("; ")}.`);
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

function parseData(data: unknown, index: number): { data: Json; dataText: string } {
  const check = checkJson(data, { maxDepth: EMIT.maxDepth, maxBytes: EMIT.maxEventBytes });
  if (check.problem?.code === "payload.too_large") throw tooLarge(index, "larger than it may be");
  if (check.problem !== undefined) throw new Fault(check.problem.code, `Event ${index}: ${check.problem.text}.`);
  const dataText = JSON.stringify(data) as string | undefined;
  if (dataText === undefined) throw new Fault("payload.not_json", `Event ${index}: data is nothing that JSON can hold.`);
  return { data: check.dropped ? (JSON.parse(dataText) as Json) : (data as Json), dataText };
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
