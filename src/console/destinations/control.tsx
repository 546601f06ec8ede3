import type { DestinationControl } from "../../../schema/contract/destinations.ts";
import { Action, Ask, Reason } from "../parts/action.tsx";
import { Field } from "../parts/fields.tsx";
import { destinationPath } from "../parts/links.tsx";

/** Pauses a destination, or lets it go again: each undoes the other, so neither asks. */
export function ControlActions({ name, control }: { name: string; control: DestinationControl | undefined }) {
  const path = destinationPath(name);
  if (control === undefined || control.state === "active") {
    return (
      <div class="actions">
        <Action to={`${path}/pause`} label="Pause" />
        <Ask to={`${path}/pause`} label="Pause with a reason" confirm={`Pause ${name}`}>
          <p>Nothing is attempted until it is resumed. Nothing is lost, and no attempt is used up.</p>
          <Reason />
        </Ask>
      </div>
    );
  }
  return (
    <div class="actions">
      <Action to={`${path}/resume`} label="Resume" primary />
      <Ask to={`${path}/resume`} label="Resume at a rate" confirm={`Resume ${name}`}>
        <Field name="rate" label="Dispatches a second" placeholder="all within a minute" inputmode="decimal" pattern="[0-9.]+" />
        <Reason />
      </Ask>
    </div>
  );
}
