/** Sends a form that does something once, however often its button is pressed while the hub is at work, and says so on the button. */
export function sendOnce(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.method !== "post") return;
    if (form.dataset["sent"] !== undefined) return event.preventDefault();
    form.dataset["sent"] = "";
    // Disabled only once the browser has taken down what is sent: a button that is disabled before is none of it.
    setTimeout(() => showSending(form, event.submitter));
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) for (const form of document.querySelectorAll<HTMLFormElement>("form[data-sent]")) showAgain(form);
  });
}

function showSending(form: HTMLFormElement, pressed: HTMLElement | null): void {
  for (const button of form.querySelectorAll("button")) button.disabled = true;
  if (pressed === null) return;
  pressed.dataset["label"] = pressed.textContent;
  pressed.textContent = "Sending…";
}

/** Whoever goes back finds the page as it was left, and may send it again. */
function showAgain(form: HTMLFormElement): void {
  delete form.dataset["sent"];
  for (const button of form.querySelectorAll("button")) {
    button.disabled = false;
    button.textContent = button.dataset["label"] ?? button.textContent;
  }
}
