const UNITS = [
  ["year", 365.25 * 86_400_000],
  ["month", 30.4375 * 86_400_000],
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1_000],
] as const;

const format = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "short" });
/** Almost a day is a day: 23.9 hours. */
const ALMOST = 0.98;

/** A moment as seen from another: `3 min. ago`, `in 2 hr.`, `now`. Runs in the hub and in the browser. */
export function relative(at: number, now: number): string {
  const away = at - now;
  const [unit, size] = UNITS.find(([, each]) => Math.abs(away) >= each * ALMOST) ?? ["second", 1_000];
  return format.format(Math.round(away / size), unit);
}
