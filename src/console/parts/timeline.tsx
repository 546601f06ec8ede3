import type { DispatchDetail } from "../../../schema/contract/dispatches.ts";
import { type Stretch, stretchesOf } from "./stretches.ts";
import { span } from "./when.tsx";

/** Narrower than this an attempt could not be seen, nor a label read: shares of the whole width, in percent. */
const NARROWEST = 0.5;
const NARROWEST_LABEL = 9;
/** On a phone. */
const NARROWEST_PHONE_LABEL = 30;

/** The life of a dispatch, drawn to scale: attempts as blocks, waits as lines. The table of attempts says the same in words. */
export function Timeline({ dispatch, emittedAt }: { dispatch: DispatchDetail; emittedAt: string }) {
  const now = Date.now();
  const stretches = stretchesOf(dispatch, Date.parse(emittedAt), now);
  const from = Math.min(...stretches.map((stretch) => stretch.from));
  const to = Math.max(...stretches.map((stretch) => stretch.to));
  if (!(to > from)) return null;
  const at = (time: number) => ((time - from) / (to - from)) * 100;
  const isAhead = dispatch.status === "ongoing" && now < to;
  return (
    <figure class="timeline">
      <svg width="100%" height="56" role="img" aria-label={stretches.map(({ text }) => text).join("; ")}>
        {stretches.map((stretch) => (
          <Block stretch={stretch} x={at(stretch.from)} width={at(stretch.to) - at(stretch.from)} />
        ))}
        {isAhead && (
          <g class="now">
            <line x1={`${at(now)}%`} x2={`${at(now)}%`} y1="4" y2="40" />
            <text x={`${at(now)}%`} y="53" text-anchor={anchorAt(at(now))}>
              now
            </text>
          </g>
        )}
      </svg>
      <figcaption>
        <span>{second(from)}</span>
        <span>{span(to - from)}</span>
        <span>{second(to)}</span>
      </figcaption>
    </figure>
  );
}

function Block({ stretch: { kind, tone, text }, x, width }: { stretch: Stretch; x: number; width: number }) {
  const start = Math.min(x, 100 - NARROWEST);
  if (kind === "attempt") {
    return (
      <rect class={tone} x={`${start}%`} y="8" width={`${Math.max(width, NARROWEST)}%`} height="28" rx="2">
        <title>{text}</title>
      </rect>
    );
  }
  return (
    <g class="wait">
      <line x1={`${x}%`} x2={`${x + width}%`} y1="22" y2="22">
        <title>{text}</title>
      </line>
      {width >= NARROWEST_LABEL && (
        <text class={width < NARROWEST_PHONE_LABEL ? "narrow" : undefined} x={`${x + width / 2}%`} y="15" text-anchor="middle">
          {text}
        </text>
      )}
    </g>
  );
}

function anchorAt(x: number): "start" | "middle" | "end" {
  if (x < 5) return "start";
  return x > 95 ? "end" : "middle";
}

/** `2026-11-21 14:00:00 UTC`. */
function second(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}
