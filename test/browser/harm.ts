import type { Page } from "playwright-core";

/** Follows a page; what it returns tells what was tried to be run, or was kept from it only by the Content-Security-Policy. */
export function watchForHarm(page: Page): () => Promise<string[]> {
  const seen: string[] = [];
  page.on("dialog", (dialog) => void seen.push(`a dialog: ${dialog.message()}`));
  page.on("pageerror", (error) => void seen.push(`an error: ${error.message}`));
  page.on("console", (line) => void (/Content.Security.Policy|Refused to/i.test(line.text()) && seen.push(line.text())));
  return async () => [
    ...seen.splice(0),
    ...(await page.evaluate(harmDone)),
    ...(await page.evaluate(outOfPlace)),
    ...(await page.evaluate(mixedDirections)),
  ];
}

/** In the page: something ran, or stands there that the console never writes. */
function harmDone(): string[] {
  const { pwned } = globalThis as { pwned?: unknown };
  const foreign =
    "main script, main style, img, iframe, object, embed, base, body meta, plaintext, [onerror], [onload], [onmouseover], a[href^='javascript:' i]";
  const found = [...document.querySelectorAll(foreign)].map(({ outerHTML }) => `an element: ${outerHTML.slice(0, 200)}`);
  const polluted = "polluted" in {} ? ["polluted prototypes"] : [];
  return [...(pwned === undefined ? [] : ["a script ran"]), ...polluted, ...found];
}

/** In the page: what sticks out of it to the side, other than in a box that scrolls. */
function outOfPlace(): string[] {
  const known = new Map<Element | null, boolean>([
    [null, false],
    [document.body, false],
  ]);
  const clips = (element: Element | null): boolean => {
    const clipped =
      known.get(element) ?? (element !== null && (getComputedStyle(element).overflowX !== "visible" || clips(element.parentElement)));
    known.set(element, clipped);
    return clipped;
  };
  const out = [...document.querySelectorAll("body *:not(.skip, .hidden)")].filter((element) => {
    const { left, right, width } = element.getBoundingClientRect();
    return (
      width > 0 && (right > innerWidth + 1 || left < -1) && element.closest("svg svg, svg *") === null && !clips(element.parentElement)
    );
  });
  const { scrollWidth, clientWidth } = document.documentElement;
  const wide = scrollWidth > clientWidth ? [`the page is ${scrollWidth} wide in ${clientWidth}`] : [];
  return [...wide, ...out.slice(0, 3).map(({ outerHTML }) => `out of place: ${outerHTML.slice(0, 200)}`)];
}

/** In the page: text that changes the direction of the text beside it, because nothing holds it apart. */
function mixedDirections(): string[] {
  const turns = /[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069]/;
  const isApart = (node: Node): boolean => {
    for (let element = node.parentElement; element !== null && element !== document.body; element = element.parentElement) {
      const { unicodeBidi, display } = getComputedStyle(element);
      if (/isolate|plaintext/.test(unicodeBidi) && display === "inline") return true;
      if (display !== "inline") return element.textContent?.trim() === node.textContent?.trim();
    }
    return false;
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found: string[] = [];
  while (walker.nextNode() !== null) {
    const node = walker.currentNode;
    if (turns.test(node.textContent ?? "") && node.parentElement?.checkVisibility() === true && !isApart(node))
      found.push(`turns what is beside it: ${node.parentElement.outerHTML.slice(0, 200)}`);
  }
  return found;
}
