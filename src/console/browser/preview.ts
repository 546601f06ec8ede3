import { Idiomorph } from "idiomorph";

const PAUSE_MS = 400;

/** Shows where an event would go while its form is filled in. */
export function previewWhileTyping(): void {
  const form = document.querySelector<HTMLFormElement>("form[data-preview]");
  if (form === null) return;
  let timer = 0;
  let asked = new AbortController();
  form.addEventListener("input", () => {
    clearTimeout(timer);
    // An answer that is late is one to what was typed before.
    asked.abort();
    asked = new AbortController();
    const { signal } = asked;
    timer = setTimeout(() => void show(form, signal), PAUSE_MS);
  });
}

async function show(form: HTMLFormElement, signal: AbortSignal): Promise<void> {
  const text = await ask(form, signal);
  const next = new DOMParser().parseFromString(text, "text/html").getElementById("preview");
  const preview = document.getElementById("preview");
  if (next !== null && preview !== null) await Idiomorph.morph(preview, next, { morphStyle: "outerHTML" });
}

async function ask(form: HTMLFormElement, signal: AbortSignal): Promise<string> {
  const fields = [...new FormData(form)].map(([name, value]): [string, string] => [name, String(value)]);
  try {
    const answer = await fetch(form.dataset["preview"] ?? "", { method: "POST", body: new URLSearchParams(fields), signal });
    return await answer.text();
  } catch {
    // Overtaken, or the hub does not answer: with the next key.
    return "";
  }
}
