import { PAGES, pathOf } from "../../src/console/pages.ts";
import { type ExamplePage, examplePages } from "../example-pages.ts";

/** Ids of what is to be seen. */
export interface Seen {
  /** An event that went to several destinations. */
  readonly order: { readonly id: string };
  /** A dispatch that waits for a day yet to come. */
  readonly scheduled: string;
  /** One that was retried and given up. */
  readonly failed: string;
  /** One that failed and waits to be retried. */
  readonly waiting: string;
  /** A bulk operation that is over. */
  readonly bulk: string;
}

/** Every page of the console, each where there is something to see, and the one that says there is nothing. */
export function pagesOf({ order, scheduled, failed, waiting, bulk }: Seen): readonly ExamplePage[] {
  const pages = examplePages({
    event: pathOf("event", order.id),
    emit: `${PAGES.emit.path}?like=${order.id}`,
    dispatch: {
      failed: pathOf("dispatch", failed),
      waiting: pathOf("dispatch", waiting),
      scheduled: pathOf("dispatch", scheduled),
    },
    deadLetterGroup: `${PAGES.deadLetterGroup.path}?destination=billing&status=failed`,
    newBulk: `${PAGES.newBulk.path}?kind=retry&destination=billing`,
    bulk: pathOf("bulk", bulk),
  });
  return [...pages, { name: "notFound", address: pathOf("event", "none") }];
}
