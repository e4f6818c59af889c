import * as L from "leaflet";

/** Squares that move with the map: the only background, as nobody else is asked for tiles. */
export class Grid extends L.GridLayer {
  protected override createTile(): HTMLElement {
    return L.DomUtil.create("div", "square");
  }
}
