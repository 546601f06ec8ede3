import { describe, expect, it } from "vitest";
import { type ConsolePage, NAVIGATION, PAGE_NAMES, PAGES, type PageName, pathOf } from "../../../src/console/pages.ts";
import { type Examples, examplePages, takesId } from "../../example-pages.ts";

const paths = Object.values<ConsolePage>(PAGES).map(({ path }) => path);
const WITH_ID = PAGE_NAMES.filter(takesId);
const examples = Object.fromEntries(WITH_ID.map((name) => [name, pathOf(name, "1")])) as unknown as Examples;

describe("pages of the console", () => {
  it("have an address each", () => {
    expect(new Set(paths).size).toBe(paths.length);
  });

  it("take nothing but an id, as the last part of their address", () => {
    for (const path of paths) expect(path).toMatch(/^(\/|(\/[a-z-]+)+(\/:id)?)$/);
  });

  it("with a fixed address come before the one with an id that would take it", () => {
    for (const [index, path] of paths.entries()) {
      const taken = new RegExp(`^${path.replace(":id", "[^/]+")}$`);
      expect({ path, takes: paths.slice(index + 1).filter((later) => taken.test(later)) }).toEqual({ path, takes: [] });
    }
  });

  it("stand in the navigation under a label of their own, and only where one address leads there", () => {
    expect(new Set(NAVIGATION.map(({ label }) => label)).size).toBe(NAVIGATION.length);
    for (const { path } of NAVIGATION) expect(path).not.toContain(":");
  });

  it("encode the id in their address", () => {
    expect(pathOf("event", "a/b?$&")).toBe("/events/a%2Fb%3F%24%26");
  });
});

describe("the pages that tests look at", () => {
  it("are all of them, at their own path where no example is given", () => {
    const looked = examplePages({ ...examples, newBulk: "/bulks/new?kind=cancel" });
    expect(looked.map(({ name }) => name)).toEqual(PAGE_NAMES);
    expect(looked).toContainEqual({ name: "overview", address: "/" });
    expect(looked).toContainEqual({ name: "event", address: "/events/1" });
    expect(looked).toContainEqual({ name: "newBulk", address: "/bulks/new?kind=cancel" });
  });

  it("are several where several examples are given", () => {
    const looked = examplePages({ ...examples, dispatch: { failed: "/dispatches/1", waiting: "/dispatches/2" } });
    expect(looked.filter(({ name }) => name.startsWith("dispatch-"))).toEqual([
      { name: "dispatch-failed", address: "/dispatches/1" },
      { name: "dispatch-waiting", address: "/dispatches/2" },
    ]);
  });

  it.each(WITH_ID)("are refused without an example of %s, by name", (page) => {
    const { [page]: _, ...others } = examples;
    expect(() => examplePages(others as Examples)).toThrow(`the page "${page}", ${PAGES[page].path}, has no example here`);
  });

  it.each<[page: PageName, address: string]>([
    ["event", "/dispatches/1"],
    ["event", "/events/1/data"],
    ["emit", "/events"],
  ])("are refused with an example of %s that is another's address, %s", (page, address) => {
    expect(() => examplePages({ ...examples, [page]: address })).toThrow(`${address} is no address of the page "${page}"`);
  });
});
