import { installPackage } from "../../tools/install-package.ts";

/** Before anybody starts it: two that unpack it at the same time start each other's half of it. */
export default async function unpackChromium(): Promise<void> {
  await installPackage(import.meta.dirname);
  const { default: chromium } = await import("@sparticuz/chromium");
  await chromium.executablePath();
}
