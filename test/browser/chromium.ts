import chromium from "@sparticuz/chromium";
import { type Browser, chromium as playwright } from "playwright-core";

/**
 * The Chromium that comes with the npm package: nothing has to be installed on the machine. Not with the arguments the package proposes: they
 * run everything in one process, which ends with its first context, and turn off the same-origin policy.
 */
export async function startChromium(): Promise<Browser> {
  return await playwright.launch({ executablePath: await chromium.executablePath(), args: ["--no-sandbox", "--disable-gpu"] });
}
