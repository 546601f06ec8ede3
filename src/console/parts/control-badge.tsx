import type { DestinationControl } from "../../../schema/contract/destinations.ts";

/** Whether a destination is held back; one that is no longer configured may still have a backlog. */
export function ControlBadge({ control }: { control: DestinationControl | undefined }) {
  if (control === undefined) return <span class="badge quiet">– not configured</span>;
  switch (control.state) {
    case "active":
      return <span class="badge good">✓ active</span>;
    case "paused":
      return <span class="badge warn">‖ paused</span>;
    case "tripped":
      return <span class="badge bad">⚠ tripped</span>;
    case "draining":
      return <span class="badge warn">↧ draining</span>;
    default:
      return control.state satisfies never;
  }
}
