import chromium from "@sparticuz/chromium";

/** Before anybody starts it: two that unpack it at the same time start each other's half of it. */
export default async function unpackChromium(): Promise<void> {
  await chromium.executablePath();
}
