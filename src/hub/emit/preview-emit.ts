import type { EmitPreview } from "../../../schema/contract/emit.ts";
import { EMIT } from "../../../schema/limits.ts";
import { requireConfiguration } from "../../bindings/configuration.ts";
import { emitPreview } from "../../domain/emit/emit-preview.ts";
import { parseEmit } from "../../domain/emit/parse-emit.ts";
import { type Emitter, planCall } from "./emit.ts";

/** What `emit()` would do with one event now, and throws what it would, save what only the database knows: whether its key is known. */
export async function previewEmit(emitter: Omit<Emitter, "afterReply">, input: unknown): Promise<EmitPreview> {
  const accepted = parseEmit([input], { maxEvents: 1, maxBytes: EMIT.maxCallBytes });
  const configuration = await requireConfiguration(emitter.hub.env);
  return emitPreview(planCall(emitter, accepted, configuration), { accepted, configuration });
}
