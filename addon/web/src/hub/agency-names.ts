/** The names of agencies: a message has the id, the hub's register the name. */

import type { Shown } from "./alerts";
import type { HubClient } from "./client";

let names: ReadonlyMap<string, string> = new Map();

/** Alerts with the names of their agencies; those that nobody knows keep the id. */
export async function named(client: HubClient, alerts: readonly Shown[]): Promise<Shown[]> {
  const unknown = alerts.some(({ agency }) => agency && !names.has(agency));
  if (unknown) {
    const agencies = await client.agencies().catch(() => []);
    names = new Map(agencies.map(({ id, name }) => [id, name]));
  }
  return alerts.map((each) => ({ ...each, agency: names.get(each.agency ?? "") ?? each.agency ?? null }));
}
