/** Corners of cells. The feed of members names cells only, so the page computes them. */

import type { Ring, Shown } from "./alerts";

/** The corners of a cell; null for what is none. */
type CornersOf = (cell: string) => Ring | null;

let loaded: Promise<CornersOf> | null = null;

/** The corners of cells, loaded once: large, and needless for who only reads public alerts. */
function cornersOf(): Promise<CornersOf> {
  loaded ??= import("h3-js").then(
    ({ cellToBoundary, isValidCell }) =>
      (cell) =>
        isValidCell(cell) ? unbroken(cellToBoundary(cell)) : null,
  );
  return loaded;
}

/** Alerts with the corners of their cells; a cell that is none has no place on the map. */
export async function withRings(alerts: readonly Shown[]): Promise<Shown[]> {
  if (alerts.every(({ ring }) => ring !== null)) return [...alerts];
  const corners = await cornersOf();
  return alerts.map((alert) => ({ ...alert, ring: alert.ring ?? corners(alert.cell) }));
}

/** The corners of each cell; none of one that is no cell. */
export async function ringsOf(cells: readonly string[]): Promise<Ring[]> {
  const corners = await cornersOf();
  return cells.map((cell) => corners(cell) ?? []);
}

/** A cell on the 180th meridian would be drawn around the whole earth. */
export function unbroken(ring: Ring): Ring {
  const first = ring[0]?.[1] ?? 0;
  return ring.map(([latitude, longitude]) => {
    if (longitude - first > 180) return [latitude, longitude - 360];
    return longitude - first < -180 ? [latitude, longitude + 360] : [latitude, longitude];
  });
}
