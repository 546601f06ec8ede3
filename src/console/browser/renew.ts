import { Idiomorph } from "idiomorph";

/** Fetches the page again and changes in place what has changed: focus, scrolling, what is unfolded and what is typed stay as they are. */
export async function renew(): Promise<void> {
  const main = document.getElementById("main");
  if (main === null || isReadingWithCare()) return;
  const answer = await ask(location.href);
  const page = new DOMParser().parseFromString((await answer?.text()) ?? "", "text/html");
  const next = page.getElementById("main");
  const isStale = next === null || isBreakdown(answer, next);
  document.body.classList.toggle("stale", isStale);
  if (isStale) return;
  document.title = page.title;
  const focused = document.activeElement;
  await Idiomorph.morph(main, next, { morphStyle: "outerHTML", ignoreActiveValue: true, callbacks: KEEPING });
  // What had the focus is no longer there: who uses the keyboard goes on from here, not from the top of the page.
  if (focused?.isConnected === false) main.focus({ preventScroll: true });
}

/** Renews the page as often as it asks for, as long as somebody can see it. */
export async function keepRenewing(): Promise<never> {
  for (;;) {
    const every = Number(document.getElementById("main")?.dataset["renew"] ?? 0);
    await new Promise((resolve) => setTimeout(resolve, every || 1_000));
    if (every > 0 && document.visibilityState === "visible") await renew();
  }
}

/** `undefined` while the hub does not answer. Who has been signed out is shown so. */
async function ask(address: string): Promise<Response | undefined> {
  try {
    const answer = await fetch(address, { headers: { accept: "text/html" } });
    if (answer.status === 401 || answer.status === 403) location.reload();
    return answer;
  } catch {
    // The network is away: the next time.
    return undefined;
  }
}

/** In place of the page: what is shown stays, and is asked for again. A page may well say that something is wrong, and goes on renewing itself. */
function isBreakdown(answer: Response | undefined, main: HTMLElement): boolean {
  return answer === undefined || (answer.status >= 500 && main.dataset["renew"] === undefined);
}

/** Somebody has marked text. */
function isReadingWithCare(): boolean {
  return getSelection()?.isCollapsed === false;
}

const KEEPING = {
  beforeNodeMorphed: (old: Node) => !(old instanceof HTMLElement && (old.dataset["watch"] !== undefined || isAtWork(old))),
  beforeAttributeUpdated: (name: string, element: Element) => !(name === "open" && element instanceof HTMLDetailsElement),
};

/** A form that somebody fills in, or has sent. */
function isAtWork(element: HTMLElement): boolean {
  return element instanceof HTMLFormElement && (element.dataset["sent"] !== undefined || [...element.elements].some(isTouched));
}

function isTouched(field: Element): boolean {
  if (field instanceof HTMLInputElement) return field.value !== field.defaultValue || field.checked !== field.defaultChecked;
  if (field instanceof HTMLTextAreaElement) return field.value !== field.defaultValue;
  if (field instanceof HTMLSelectElement)
    return [...field.options].some((option) => option.selected && !option.defaultSelected && option.index > 0);
  return false;
}
