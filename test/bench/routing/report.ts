import Table from "cli-table3";
import { spreadText } from "../spread.ts";
import type { RoutesFigure, RoutingFigures } from "./bench.ts";

/** The figures for people. */
export function routingTable({ flowhub, ancestor, allCanMatch, route1000Vs5, ancestorVsFlowhub, compileMs }: RoutingFigures): string {
  const table = new Table({
    head: ["routes", "can match", "flowhub, ns an event", "and route", "cf-eventhub, ns an event", "and route", "ratio"],
    style: { head: [], border: [] },
    colAligns: ["right", "right", "right", "right", "right", "right", "right"],
  });
  for (const [nth, ours] of flowhub.entries()) {
    const [theirs, versus] = [ancestor[nth], ancestorVsFlowhub[nth]];
    if (theirs !== undefined && versus !== undefined) {
      table.push([ours.routes, ours.canMatch, ...timesOf(ours), ...timesOf(theirs), spreadText(versus.ratio, 0)]);
    }
  }
  table.push([allCanMatch.routes, allCanMatch.canMatch, ...timesOf(allCanMatch), "", "", ""]);
  return [
    table.toString(),
    `1,000 routes of which 5 can match take ${spreadText(route1000Vs5, 2)} times as long as these 5.`,
    `1,000 routes are compiled in ${spreadText(compileMs, 2)} ms.`,
  ].join("\n");
}

function timesOf({ nsPerEvent, nsPerEventPerRoute }: RoutesFigure): string[] {
  return [spreadText(nsPerEvent, 0), nsPerEventPerRoute.toFixed(1)];
}
