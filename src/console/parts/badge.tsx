import { STATUSES, type Stage, type Status } from "../../../schema/contract/statuses.ts";
import { count } from "./when.tsx";

/** What a stage looks like: a sign besides the colour, for whoever does not see the colour. */
const SIGNS: Readonly<Record<Stage | "ongoing", readonly [sign: string, tone: string]>> = {
  complete: ["✓", "good"],
  ignored: ["–", "quiet"],
  ongoing: ["●", "busy"],
  running: ["●", "busy"],
  held: ["‖", "warn"],
  scheduled: ["◷", "busy"],
  "waiting to retry": ["↻", "warn"],
  failed: ["✕", "bad"],
  misconfigured: ["⚠", "bad"],
  lost: ["?", "bad"],
  cancelled: ["⊘", "quiet"],
};

export function Badge({ stage }: { stage: Stage | "ongoing" }) {
  const [sign, tone] = SIGNS[stage];
  return (
    <span class={`badge ${tone}`}>
      <span aria-hidden="true">{sign}</span> {stage}
    </span>
  );
}

/** How the dispatches of an event stand, each status with its number. */
export function Counts({ counts }: { counts: Readonly<Partial<Record<Status, number>>> }) {
  const some = STATUSES.filter((status) => (counts[status] ?? 0) > 0);
  if (some.length === 0) return <span class="soft">no dispatch</span>;
  return (
    <span class="tallies">
      {some.map((status) => {
        const [sign, tone] = SIGNS[status];
        return (
          <span class={`badge ${tone}`} title={`${count(counts[status] ?? 0)} ${status}`}>
            <span aria-hidden="true">{sign}</span> {count(counts[status] ?? 0)} <span class="word">{status}</span>
          </span>
        );
      })}
    </span>
  );
}
