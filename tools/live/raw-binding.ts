import type { ScriptUpdateParams } from "cloudflare/resources/workers/scripts/scripts";

/** A binding as Cloudflare's API takes it. */
export type RawBinding = NonNullable<ScriptUpdateParams.Metadata["bindings"]>[number];
