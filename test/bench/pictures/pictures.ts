import type { Figures } from "../figures.ts";
import { costPicture } from "./cost.ts";
import { emitPicture } from "./emit.ts";
import { growthPicture } from "./growth.ts";
import { routingPicture } from "./routing.ts";
import { throughputPicture } from "./throughput.ts";

/** By the name of their files. `undefined` where what they show was not measured. */
export const PICTURES: Readonly<Record<string, (figures: Partial<Figures>) => Promise<string | undefined>>> = {
  cost: async ({ counts }) => counts && (await costPicture(counts)),
  routing: async ({ routing }) => routing && (await routingPicture(routing)),
  growth: async ({ growth }) => growth && (await growthPicture(growth)),
  throughput: async ({ contest }) => contest && (await throughputPicture(contest)),
  emit: async ({ contest }) => contest && (await emitPicture(contest)),
};
