import axe from "axe-core";
import type { Page } from "playwright-core";

/**
 * What axe-core finds wrong with a page as it is now, of whatever impact, a line each. Its source comes in by the debugging protocol, which the
 * Content-Security-Policy does not concern.
 */
export async function violationsOn(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(async () => {
    const { axe: here } = globalThis as unknown as { axe: typeof axe };
    // Targets of 24 px are part of WCAG 2.2, which axe leaves out unless asked.
    return await here.run(document, { resultTypes: ["violations"], rules: { "target-size": { enabled: true } } });
  });
  return violations.map(({ id, impact, nodes }) => `${impact}: ${id}: ${nodes.map(({ html }) => html).join(" | ")}`);
}

/** As a reader would who opens all that can be opened. */
export async function unfoldAll(page: Page): Promise<void> {
  await page.evaluate(() => {
    for (const details of document.querySelectorAll("details")) details.open = true;
  });
}
