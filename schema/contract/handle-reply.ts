import * as z from "zod";
import { durationBetween } from "../config/duration.ts";
import { EMIT } from "../limits.ts";
import { closedObject } from "../wording.ts";
import type { HandleReply } from "./delivery.ts";
import type { EmitInput } from "./emit.ts";

/** What a destination may answer. The events in `emit` are checked on their own, as `emit()` checks them. */
export const handleReply = z.union([
  z.enum(["complete", "ignored", "failed"]),
  closedObject({ status: z.enum(["complete", "ignored"]), emit: z.array(z.custom<EmitInput>()).optional() }),
  closedObject({
    status: z.literal("failed"),
    reason: z.string().optional(),
    retryAfter: durationBetween(0, EMIT.maxDelayMs).optional(),
    retryable: z.boolean().optional(),
  }),
]) satisfies z.ZodType<unknown, HandleReply>;
