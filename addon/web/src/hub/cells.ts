/** Corners of cells. The feed of members names cells only, so the page computes them. */

import type { Ring, Shown } from "./alerts";

/** The corners of a cell; null for what is none. */
type CornersOf = (cell: string) => Ring | null;

let loaded: Promise<CornersOf> | null = null;

/** Alerts with the corners of their cells; a cell that is none has no place on the map. */
export async function withRings(alerts: readonly Shown[]): Promise<Shown[]> {
  if (alerts.every(({ ring }) => ring !== null)) return [...alerts];
  // Large, and needless for who only reads the public alerts.
  loaded ??= import("h3-js").then(
    ({ cellToBoundary, isValidCell }) =>
      (cell) =>
        isValidCell(cell) ? unbroken(cellToBoundary(cell)) : null,
  );
  const cornersOf = await loaded;
  return alerts.map((alert) => ({ ...alert, ring: alert.ring ?? cornersOf(alert.cell) }));
}

/** A cell on the 180th meridian would be drawn around the whole earth. */
export function unbroken(ring: Ring): Ring {
  const first = ring[0]?.[1] ?? 0;
  return ring.map(([latitude, longitude]) => {
    if (longitude - first > 180) return [latitude, longitude - 360];
    return longitude - first < -180 ? [latitude, longitude + 360] : [latitude, longitude];
  });
}
