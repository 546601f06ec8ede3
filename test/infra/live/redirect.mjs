/** Loaded before the live run: what is meant for workers.dev goes to the test's server. */
const { fetch } = globalThis;

globalThis.fetch = (input, init) => {
  const url = new URL(input);
  if (!url.hostname.endsWith(".workers.dev")) return fetch(input, init);
  return fetch(`${process.env.FAKE_SERVER}/workers.dev/${url.hostname}`, init);
};
