import { Idiomorph } from "idiomorph";

const PAUSE_MS = 400;

/** Shows where an event would go while its form is filled in. */
export function previewWhileTyping(): void {
  const form = document.querySelector<HTMLFormElement>("form[data-preview]");
  if (form === null) return;
  let timer = 0;
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => void show(form), PAUSE_MS);
  });
}

async function show(form: HTMLFormElement): Promise<void> {
  const fields = [...new FormData(form)].map(([name, value]): [string, string] => [name, String(value)]);
  const answer = await fetch(form.dataset["preview"] ?? "", { method: "POST", body: new URLSearchParams(fields) });
  const next = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("preview");
  const preview = document.getElementById("preview");
  if (next !== null && preview !== null) await Idiomorph.morph(preview, next, { morphStyle: "outerHTML" });
}
