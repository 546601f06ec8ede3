import type { DestinationControl } from "../../../schema/contract/destinations.ts";
import { Action, Ask, Reason } from "../parts/action.tsx";
import { Field } from "../parts/fields.tsx";
import { destinationPath } from "../parts/links.tsx";

/** Pauses a destination, or lets it go again: each undoes the other, so neither asks. One that drains can be paused, or given another rate. */
export function ControlActions({ name, control }: { name: string; control: DestinationControl | undefined }) {
  const path = destinationPath(name);
  const state = control?.state ?? "active";
  const isDraining = state === "draining";
  return (
    <div class="actions">
      {(state === "active" || isDraining) && (
        <>
          <Action to={`${path}/pause`} label="Pause" />
          <Ask to={`${path}/pause`} label="Pause with a reason" confirm={`Pause ${name}`}>
            <p>Nothing is attempted until it is resumed. Nothing is lost, and no attempt is used up.</p>
            <Reason />
          </Ask>
        </>
      )}
      {(state === "paused" || state === "tripped") && <Action to={`${path}/resume`} label="Resume" primary />}
      {state !== "active" && (
        <Ask to={`${path}/resume`} label={isDraining ? "Change the rate" : "Resume at a rate"} confirm={`Resume ${name}`}>
          <Field name="rate" label="Dispatches a second" placeholder="as fast as the hub can" inputmode="decimal" pattern="[0-9.]+" />
          <Reason />
        </Ask>
      )}
    </div>
  );
}
