import type { DestinationStats } from "../../../schema/contract/stats.ts";
import { counted } from "./when.tsx";

const WIDTH = 120;
const HEIGHT = 28;

/** Dispatches emitted in each part of a window, and what was given up in it in another colour. */
export function Sparkline({ series }: { series: DestinationStats["series"] }) {
  const most = Math.max(1, ...series.map(({ dispatches, bad }) => Math.max(dispatches, bad)));
  const step = WIDTH / Math.max(1, series.length);
  const heightOf = (number: number) => (number === 0 ? 0 : Math.max(1.5, (number / most) * HEIGHT));
  const total = series.reduce((sum, { dispatches }) => sum + dispatches, 0);
  const bad = series.reduce((sum, part) => sum + part.bad, 0);
  return (
    <svg
      class="sparkline"
      width={WIDTH}
      height={HEIGHT}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={`${counted(total, "dispatch", "dispatches")}, ${bad} given up`}
    >
      <line class="ground" x1="0" x2={WIDTH} y1={HEIGHT} y2={HEIGHT} />
      {series.map(({ at, dispatches, bad: given }, index) => (
        <g>
          <title>{`from ${at}: ${counted(dispatches, "dispatch", "dispatches")}, ${given} given up`}</title>
          <rect class="some" x={index * step} y={HEIGHT - heightOf(dispatches)} width={step - 1} height={heightOf(dispatches)} />
          {given > 0 && <rect class="bad" x={index * step} y={HEIGHT - heightOf(given)} width={step - 1} height={heightOf(given)} />}
        </g>
      ))}
    </svg>
  );
}
