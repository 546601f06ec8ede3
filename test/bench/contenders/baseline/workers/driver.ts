import { driverOf } from "../../driver/workers/driver.ts";
import type { Order } from "../../order.ts";

interface Env {
  readonly BASELINE: {
    prepare(): Promise<void>;
    emit(orders: readonly Order[]): Promise<void>;
    insert(orders: readonly Order[]): Promise<void>;
  };
  readonly SINK: { drain(): Promise<number[]> };
}

let prepared: Promise<void> | undefined;

export default driverOf<Env>(async ({ BASELINE }, orders, method) => {
  prepared ??= BASELINE.prepare();
  await prepared;
  return await BASELINE[method](orders);
});
