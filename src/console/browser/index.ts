/** What the console does with a script and can do without: bundled into `../browser.txt` by `npm run console`. */
import { relative } from "../parts/relative.ts";
import { previewWhileTyping } from "./preview.ts";
import { keepRenewing } from "./renew.ts";
import { sendOnce } from "./send-once.ts";
import { watch } from "./watch.ts";

const TICK_MS = 5_000;

function tellTimes(): void {
  for (const time of document.querySelectorAll<HTMLTimeElement>("time[data-relative]")) {
    time.textContent = relative(Date.parse(time.dateTime), Date.now());
  }
}

/** Removes the flash message from the address: it is told once, not again with the same address. */
function forgetSaid(): void {
  const address = new URL(location.href);
  if (!address.searchParams.has("flash")) return;
  address.searchParams.delete("flash");
  history.replaceState(null, "", address);
}

/** "/" leads to the search box, as elsewhere. */
function searchByKey(event: KeyboardEvent): void {
  const isTyping = event.target instanceof HTMLElement && event.target.matches("input, textarea, select");
  if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  document.querySelector<HTMLElement>("header input[type=search]")?.focus();
}

forgetSaid();
setInterval(tellTimes, TICK_MS);
document.addEventListener("keydown", searchByKey);
previewWhileTyping();
sendOnce();
void keepRenewing();
void watch();
