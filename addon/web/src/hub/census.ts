/** How many people live in an area, cell by cell, from the hub's census. */

import type { Ring } from "./alerts";
import { unbroken } from "./cells";
import type { GeoPolygon } from "./log-entries";
import { client, hub } from "./session";

const RESOLUTION = 9;

export interface PeopledCell {
  readonly ring: Ring;
  /** Null without a census. */
  readonly people: number | null;
}

let asked: Promise<ReadonlyMap<string, number> | null> | null = null;

/** The census by cells of resolution 9, asked for once; null when the hub has none. */
function census(): Promise<ReadonlyMap<string, number> | null> {
  asked ??= load().catch(() => {
    asked = null; // ask again with the next area
    return null;
  });
  return asked;
}

async function load(): Promise<ReadonlyMap<string, number> | null> {
  const view = hub.value ?? (await client.hub());
  return view.has_census ? readCensus(await client.census()) : null;
}

/** `cell,people` in lines; what is no such line is its head. */
export function readCensus(csv: string): Map<string, number> {
  const rows = csv.split(/\r?\n/).map((line) => line.split(","));
  return new Map(
    rows.flatMap(([cell, people]): [string, number][] =>
      cell !== undefined && /^\d+$/.test(people ?? "") ? [[cell, Number(people)]] : [],
    ),
  );
}

/** The cells of resolution 9 that an area touches. */
export async function cellsOf(area: GeoPolygon): Promise<PeopledCell[]> {
  const [h3, people] = await Promise.all([import("h3-js"), census()]);
  const ring = area.coordinates[0] ?? [];
  const within = h3.polygonToCells(
    ring.map(([longitude, latitude]) => [latitude, longitude]),
    RESOLUTION,
  );
  const touched = ring.map(([longitude, latitude]) => h3.latLngToCell(latitude, longitude, RESOLUTION));
  return [...new Set([...within, ...touched])].map((cell) => ({
    ring: unbroken(h3.cellToBoundary(cell)),
    people: people === null ? null : (people.get(cell) ?? 0),
  }));
}
