import axe from "axe-core";
import type { Page } from "playwright-core";

/**
 * What axe-core finds wrong with a page as it is now, of whatever impact, a line each. Its source comes in by the debugging protocol, which the
 * Content-Security-Policy does not concern.
 */
export async function violationsOn(page: Page, only?: "color-contrast"): Promise<string[]> {
  await page.evaluate(axe.source);
  // Targets of 24 px are part of WCAG 2.2, which axe leaves out unless asked.
  const rules: axe.RunOptions = only === undefined ? { rules: { "target-size": { enabled: true } } } : { runOnly: [only] };
  const { violations } = await page.evaluate(
    async (options) => await (globalThis as unknown as { axe: typeof axe }).axe.run(document, options),
    { resultTypes: ["violations"], ...rules } satisfies axe.RunOptions,
  );
  return violations.map(({ id, impact, nodes }) => `${impact}: ${id}: ${nodes.map(({ html }) => html).join(" | ")}`);
}

/** As a reader would who opens all that can be opened. */
export async function unfoldAll(page: Page): Promise<void> {
  await page.evaluate(() => {
    for (const details of document.querySelectorAll("details")) details.open = true;
  });
}
