/** Pure arithmetic of a preview sprite: equal tiles in rows, read like a page. */

export interface Grid {
  readonly columns: number;
  readonly rows: number;
}

const COLUMNS = 5;

/** The grid of a sprite of this size: five tiles a row, each about 16:9. */
export function gridOf(width: number, height: number): Grid {
  const tileHeight = (width / COLUMNS) * (9 / 16);
  return { columns: COLUMNS, rows: Math.max(1, Math.round(height / tileHeight)) };
}

/** Which tile belongs to a fraction of the episode, as the index of column and row. */
export function tileAt(fraction: number, grid: Grid): { column: number; row: number } {
  const count = grid.columns * grid.rows;
  const index = Math.min(count - 1, Math.floor(Math.min(1, Math.max(0, fraction)) * count));
  return { column: index % grid.columns, row: Math.floor(index / grid.columns) };
}
