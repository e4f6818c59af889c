/** Areas on the ground, as corners (longitude, latitude); nothing is measured here. */

import type { Polygon, Position } from "./types";

/** Corners of a polygon, the last not repeated. */
export type Ring = readonly Position[];

const EARTH_M = 6_371_009;
const DIGITS = 6; // 11 cm
const MOST_CELLS = 400;
const RESOLUTION = 9;

const rounded = (value: number): number => Number(value.toFixed(DIGITS));

export function cornersOf(area: Polygon | null): Ring {
  return area?.coordinates[0]?.slice(0, -1) ?? [];
}

/** The polygon of corners; null for none. */
export function closed(corners: Ring): Polygon | null {
  const first = corners[0];
  if (first === undefined) return null;
  const ring = [...corners, first].map(([x, y]): Position => [rounded(x), rounded(y)]);
  return { type: "Polygon", coordinates: [ring] };
}

/** Corners with one more, put between the two whose side is nearest to it. */
export function insertAt(corners: Ring, corner: Position): Ring {
  if (corners.length < 3) return [...corners, corner];
  let best = corners.length;
  let least = Number.POSITIVE_INFINITY;
  corners.forEach((one, index) => {
    const other = corners[(index + 1) % corners.length] ?? one;
    const detour = distance(one, corner) + distance(corner, other) - distance(one, other);
    if (detour < least) [least, best] = [detour, index + 1];
  });
  return [...corners.slice(0, best), corner, ...corners.slice(best)];
}

/** Sixteen corners around a place. */
export function circle([longitude, latitude]: Position, radiusM: number): Ring {
  const north = ((radiusM / EARTH_M) * 180) / Math.PI;
  const east = north / Math.cos((latitude * Math.PI) / 180);
  return Array.from({ length: 16 }, (_, step): Position => {
    const angle = (2 * Math.PI * step) / 16;
    return [rounded(longitude + east * Math.cos(angle)), rounded(latitude + north * Math.sin(angle))];
  });
}

/** The first polygon in something that may be GeoJSON. */
export function polygonIn(said: unknown): Polygon | null {
  if (typeof said !== "object" || said === null) return null;
  const { type, coordinates, geometry, features } = said as Record<string, unknown>;
  if (type === "Polygon" && Array.isArray(coordinates)) return { type, coordinates: coordinates.slice(0, 1) };
  if (type === "MultiPolygon" && Array.isArray(coordinates))
    return { type: "Polygon", coordinates: (coordinates[0] as Position[][]).slice(0, 1) };
  if (Array.isArray(features)) return features.map(polygonIn).find((each) => each !== null) ?? null;
  return polygonIn(geometry);
}

/** The H3 cells of resolution 9 in a view, as corners (latitude, longitude); none if too many. */
export async function cellsIn(
  south: number,
  west: number,
  north: number,
  east: number,
): Promise<readonly (readonly [number, number])[][]> {
  const { cellToBoundary, polygonToCells } = await import("h3-js");
  const view: [number, number][] = [[south, west], [south, east], [north, east], [north, west]];
  const cells = polygonToCells(view, RESOLUTION);
  return cells.length > MOST_CELLS ? [] : cells.map((cell) => cellToBoundary(cell));
}

function distance([x, y]: Position, [a, b]: Position): number {
  const shrink = Math.cos((y * Math.PI) / 180);
  return Math.hypot((x - a) * shrink, y - b);
}
