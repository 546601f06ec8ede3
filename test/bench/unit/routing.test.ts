import { beforeAll, describe, expect, test } from "vitest";
import { compileRouting } from "../../../src/domain/routing/routing.ts";
import { compileAncestor } from "../routing/ancestor.ts";
import { measureRouting, type RoutesFigure, type RoutingFigures } from "../routing/bench.ts";
import { routingTable } from "../routing/report.ts";
import { allCanMatch, configOf, drawEvents, fewCanMatch } from "../routing/scenario.ts";

describe("the bench of routing", () => {
  let figures: RoutingFigures;
  let all: readonly RoutesFigure[];

  beforeAll(() => {
    figures = measureRouting({ rounds: 2, warmUp: 0, sampleMs: 0 });
    all = [...figures.flowhub, ...figures.ancestor, figures.allCanMatch];
  });

  test("has a figure for each number of routes, in both hubs", () => {
    const few = [5, 10, 100, 1_000].map((routes) => [routes, 5]);
    expect(all.map(({ routes, canMatch }) => [routes, canMatch])).toEqual([...few, ...few, [1_000, 1_000]]);
    expect(figures.ancestorVsFlowhub.map(({ routes }) => routes)).toEqual([5, 10, 100, 1_000]);
    expect(figures.rounds).toBe(2);
  });

  test("measures everything it reports", () => {
    const spreads = [...all.map(({ nsPerEvent }) => nsPerEvent), ...figures.ancestorVsFlowhub.map(({ ratio }) => ratio)];
    for (const { low, median, high } of [...spreads, figures.route1000Vs5, figures.compileMs]) {
      expect(low).toBeGreaterThan(0);
      expect(median).toBeGreaterThanOrEqual(low);
      expect(high).toBeGreaterThanOrEqual(median);
    }
    for (const { routes, nsPerEvent, nsPerEventPerRoute } of all) expect(nsPerEventPerRoute * routes).toBeCloseTo(nsPerEvent.median);
  });

  test("says so to people and to programs", () => {
    expect(routingTable(figures)).toContain("1,000 routes of which 5 can match take");
  });
});

describe("what is measured", () => {
  const events = drawEvents(200);

  test.each([5, 10, 100, 1_000])("of %d routes five take the type of the events, and half of these an event", (size) => {
    const routing = compileRouting(configOf(fewCanMatch(size)));
    const onType = events.map((event) => routing.ids.filter((id) => routing.explain(event, id)?.on.held).length);
    expect(new Set(onType)).toEqual(new Set([5]));
    const owed = events.reduce((sum, event) => sum + routing.targetsOf(event).length, 0) / events.length;
    expect(owed).toBeGreaterThan(2);
    expect(owed).toBeLessThan(3);
  });

  test.each([
    ["few", fewCanMatch(60)],
    ["all", allCanMatch(20)],
  ])("goes to the same destinations in both hubs where %s routes can match", (_, routes) => {
    const [flowhub, ancestor] = [compileRouting(configOf(routes)).targetsOf, compileAncestor(routes)];
    const destinations = (router: typeof ancestor) =>
      events.slice(0, 30).map((event) => router(event).map(({ destination }) => destination));
    expect(destinations(flowhub)).toEqual(destinations(ancestor));
    expect(destinations(flowhub).flat().length).toBeGreaterThan(0);
  });
});
