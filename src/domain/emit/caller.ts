import { type CallerProps, callerProps } from "../../../schema/contract/caller.ts";
import { Fault } from "../../../schema/faults.ts";
import { shortened } from "../../../schema/text.ts";
import { didYouMean, inWords, issuesOf, issuesText, namesText } from "../../../schema/wording.ts";

/** Who calls the hub, as far as the binding says so. Throws `binding.invalid`. */
export function parseCaller(props: unknown): CallerProps {
  const parsed = callerProps.safeParse(props ?? {}, inWords);
  if (parsed.success) return parsed.data;
  throw new Fault("binding.invalid", `props of the caller's service binding to the hub: ${issuesText(issuesOf(parsed.error))}.`);
}

/** Decides whose an event is; `undefined` where nobody says so. `index`: its place in the call. Throws `source.forbidden`. */
export function sourceOf(said: string | undefined, caller: CallerProps | undefined, index: number): string | undefined {
  const { source, sources } = caller ?? {};
  if (sources === undefined || said === undefined || said === source) return source ?? said;
  if (sources === "any" || sources.includes(said)) return said;
  const allowed = source === undefined ? sources : [source, ...sources];
  const text = `Event ${index}: the binding may not emit for source "${shortened(said)}"${didYouMean(said, allowed)}`;
  throw new Fault("source.forbidden", `${text} (allowed: ${namesText(allowed)}).`);
}
