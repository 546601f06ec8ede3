import { PAGE_NAMES, PAGES, type PageName, type PageWithId } from "../src/console/pages.ts";

/** An address that shows a page, or several that show it differently, by what is to be seen there. */
type Example = string | Readonly<Record<string, string>>;

/** Example addresses: of each page that takes an id, and of those others whose own path shows too little. */
export type Examples = Readonly<Record<PageWithId, Example> & Partial<Record<PageName, Example>>>;

export interface ExamplePage {
  /** `dispatch`, or `dispatch-failed` where there are several. */
  readonly name: string;
  readonly address: string;
}

/** Every page of the console at an address that shows it. Throws for a page that takes an id and has no example. */
export function examplePages(examples: Examples): ExamplePage[] {
  return PAGE_NAMES.flatMap((page) => {
    const example = examples[page] ?? (takesId(page) ? missing(page) : PAGES[page].path);
    const named = typeof example === "string" ? { "": example } : example;
    return Object.entries(named).map(([look, address]) => ({
      name: look === "" ? page : `${page}-${look}`,
      address: belongsTo(page, address),
    }));
  });
}

export function takesId(page: PageName): page is PageWithId {
  return PAGES[page].path.includes(":");
}

function missing(page: PageName): never {
  throw new Error(`the page "${page}", ${PAGES[page].path}, has no example here: say at which address it is seen`);
}

/** Throws for an address of another page: the page it stands for would not be looked at. */
function belongsTo(page: PageName, address: string): string {
  const pattern = new RegExp(`^${PAGES[page].path.replace(":id", "[^/]+")}$`);
  if (pattern.test(new URL(address, "http://hub").pathname)) return address;
  throw new Error(`${address} is no address of the page "${page}", ${PAGES[page].path}`);
}
