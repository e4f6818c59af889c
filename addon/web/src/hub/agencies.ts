/** The agencies of the public log, and their names. */

import { words } from "../api/client";
import { Store } from "../state/store";
import { client } from "./session";
import type { Agency } from "./types";

export const agencies = new Store<readonly Agency[]>([]);
export const agenciesProblem = new Store("");
export const agenciesKnown = new Store(false);

export async function loadAgencies(): Promise<void> {
  try {
    agencies.value = await client.agencies();
    agenciesKnown.value = true;
    agenciesProblem.value = "";
  } catch (error) {
    agenciesProblem.value = words(error);
  }
}

/** The name of an agency's id; of one that nobody knows the beginning of its id. */
export const agencyName = (id: string, known: readonly Agency[]): string =>
  known.find((each) => each.id === id)?.name ?? `agency ${id.slice(0, 8)}`;
