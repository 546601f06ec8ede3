import { Fault } from "../../schema/faults.ts";

/** For what an address names and is not there. Throws. */
export function unknown(thing: "event" | "dispatch" | "bulk"): never {
  const code = ({ event: "event.unknown", dispatch: "dispatch.unknown", bulk: "bulk.unknown" } as const)[thing];
  throw new Fault(code, `There is no ${thing === "bulk" ? "bulk operation" : thing} of this id: it may have been purged.`);
}
