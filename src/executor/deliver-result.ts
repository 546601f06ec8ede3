import type { SettledStatus } from "../../schema/contract/statuses.ts";
import type { Json } from "../../schema/json.ts";
import type { HELD } from "../../schema/storage/messages.ts";
import { byteLength } from "../domain/base/byte-length.ts";
import { dataText, readData } from "../domain/emit/event-data.ts";
import type { AttemptRecord } from "../store/attempt/record-attempt.ts";

/**
 * What the `deliver` step ends with. Steps return text: objects have made invocations hang (workers-sdk#14959).
 * A result holds 1 MiB, so data travels as JSON in JSON: as text in text its quotes could double it.
 */
export type DeliverResult = { readonly status: EndOfRun } | { readonly unrecorded: AttemptRecord };

/** What a run returns: where its dispatch stands, that there is none, or that it is held back. */
type EndOfRun = SettledStatus | "gone" | typeof HELD;

export function resultOf(status: EndOfRun): string {
  return JSON.stringify({ status });
}

/** A configuration that is larger leaves no room for a reply. It is stored with the first event that is emitted under it. */
const MAX_CONFIG_BYTES = 100_000;

/** A record that the database would not take, for the next step to write. */
export function handOver(record: AttemptRecord): string {
  const { config } = record;
  const { events, dispatches, ...rest } = record.followUps;
  const followUps = {
    ...rest,
    events: events.map((event) => ({
      ...event,
      data: readData(event.data),
      extensions: event.extensions && (JSON.parse(event.extensions) as Json),
    })),
    dispatches: dispatches.map((dispatch) => ({ ...dispatch, policy: JSON.parse(dispatch.policy) as Json })),
  };
  const fits = config !== null && byteLength(config.body) <= MAX_CONFIG_BYTES;
  const carried = fits ? { ...config, body: JSON.parse(config.body) as Json } : null;
  return JSON.stringify({ unrecorded: { ...record, followUps, config: carried } });
}

export function readDeliverResult(text: string): DeliverResult {
  const result = JSON.parse(text) as DeliverResult;
  if ("status" in result) return result;
  const { followUps: carried, config } = result.unrecorded;
  const { events, dispatches, ...rest } = carried;
  const followUps = {
    ...rest,
    events: events.map((event) => ({
      ...event,
      data: dataText(event.data),
      extensions: event.extensions ? JSON.stringify(event.extensions) : null,
    })),
    dispatches: dispatches.map((dispatch) => ({ ...dispatch, policy: JSON.stringify(dispatch.policy) })),
  };
  return { unrecorded: { ...result.unrecorded, followUps, config: config && { ...config, body: JSON.stringify(config.body) } } };
}
