import type { Locator, Page } from "playwright-core";

const MOST_STOPS = 200;

/** Presses Tab until `target` has the focus. Throws when none leads there, or when somebody could not see on the way where the focus is. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  await target.waitFor();
  for (let stop = 0; stop < MOST_STOPS; stop++) {
    await page.keyboard.press("Tab");
    const problem = await page.evaluate(problemOfFocus);
    if (problem !== undefined) throw new Error(problem);
    if (await target.evaluate((element) => element === document.activeElement)) return;
  }
  throw new Error(`Tab does not lead to ${target}.`);
}

/** Runs in the page. After the last stop the focus is the browser's own. */
function problemOfFocus(): string | undefined {
  const focused = document.activeElement;
  if (focused === null || focused === document.body) return undefined;
  const what = focused.outerHTML.slice(0, 200);
  const { outlineStyle, outlineWidth } = getComputedStyle(focused);
  if (outlineStyle === "none" || Number.parseFloat(outlineWidth) < 2) return `The focus is not to be seen: ${what}`;
  const { left, right, top, bottom, width, height } = focused.getBoundingClientRect();
  if (width < 5 || height < 5 || right <= 0 || bottom <= 0 || left >= innerWidth || top >= innerHeight) return `Out of sight: ${what}`;
  const places = [0.05, 0.5, 0.95].map((share) =>
    document.elementFromPoint(left + width * share, Math.min(top + height / 2, innerHeight - 1)),
  );
  const isSeen = places.some((place) => place !== null && (focused.contains(place) || place.contains(focused)));
  return isSeen ? undefined : `Covered by something else: ${what}`;
}
