import * as L from "leaflet";
import leafletStyle from "leaflet/dist/leaflet.css?inline";
import { html, LitElement, type PropertyValues, render, type TemplateResult, unsafeCSS } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { base } from "../ui/styles";
import { byCell, type Cell, nextIn, type Shown } from "./alerts";
import { categoryIcon } from "../ui/category-icon";
import { Grid } from "./map-grid";
import { mapStyle } from "./map-style";
import { categoryWord, plural, tone } from "./words";

const CLOSEST = 14;
const EMPTY: L.LatLngBoundsExpression = [
  [-60, -150],
  [70, 150],
];

/** The cells of alerts as hexagons. Fires `select` with an alert's first version. */
@customElement("nc-hub-map")
export class AlertsMap extends LitElement {
  static override styles = [base, unsafeCSS(leafletStyle), mapStyle];

  @property({ attribute: false }) alerts: readonly Shown[] = [];
  @property({ attribute: false }) selected: string | null = null;
  @query("#map") private place!: HTMLElement;
  private map: L.Map | null = null;
  private readonly layers = L.layerGroup();
  private fitted = "";
  private readonly size = new ResizeObserver(() => this.map?.invalidateSize({ pan: false }));

  override render(): TemplateResult {
    const none = !this.alerts.some(({ ring }) => ring !== null);
    return html`
      <div id="map" role="region" aria-label="Map of the alerts' areas"></div>
      <p class="none soft small" ?hidden=${!none}>Nothing to show on the map</p>
    `;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.size.disconnect();
    this.map?.remove();
    this.map = null;
    this.fitted = "";
  }

  override updated(changed: PropertyValues<this>): void {
    const map = this.map ?? this.open();
    const cells = byCell(this.alerts);
    const focused = this.focusedCell();
    this.layers.clearLayers();
    for (const cell of cells) this.draw(cell);
    if (focused !== null) this.hexagon(focused)?.focus({ preventScroll: true });
    this.fit(map, cells);
    if (changed.has("selected")) this.pointOut(map, cells);
  }

  private open(): L.Map {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const map = L.map(this.place, {
      attributionControl: false,
      zoomAnimation: !calm,
      fadeAnimation: false,
      maxZoom: 17,
      minZoom: 2,
    });
    this.map = map;
    map.fitBounds(EMPTY);
    new Grid({ tileSize: 128 }).addTo(map);
    L.control.scale({ maxWidth: 140 }).addTo(map);
    this.layers.addTo(map);
    this.size.observe(this.place);
    return map;
  }

  private draw(cell: Cell): void {
    const [first] = cell.alerts;
    if (first === undefined) return;
    const isSelected = cell.alerts.some(({ original }) => original === this.selected);
    const loudest = ["bad", "warn"].find((each) => cell.alerts.some((one) => tone(one) === each));
    const shape = L.polygon(corners(cell), {
      className: `cell ${loudest ?? "calm"}${isSelected ? " selected" : ""}`,
      weight: isSelected ? 4 : 2,
    });
    shape.on("click", () => this.choose(cell));
    this.layers.addLayer(shape);
    this.describe(shape.getElement(), cell, isSelected);
    this.layers.addLayer(L.marker(shape.getBounds().getCenter(), markOf(cell, first)));
  }

  /** A shape is a button: it can be reached and pressed without a pointer, and has a name. */
  private describe(element: Element | undefined, cell: Cell, isSelected: boolean): void {
    if (!(element instanceof SVGElement)) return;
    const names = cell.alerts.map((each) => `${categoryWord(each.category)}: ${each.headline}`);
    const count = cell.alerts.length > 1 ? `${plural(cell.alerts.length, "alert")}: ` : "";
    element.setAttribute("role", "button");
    element.setAttribute("tabindex", "0");
    element.setAttribute("aria-label", count + names.join("; "));
    element.setAttribute("aria-pressed", String(isSelected));
    element.dataset.cell = cell.cell;
    element.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      this.choose(cell);
    });
  }

  private choose(cell: Cell): void {
    const detail = nextIn(cell, this.selected);
    if (detail !== null) this.dispatchEvent(new CustomEvent("select", { detail }));
  }

  /** Show all cells, once for each set of them: a person who moved the map keeps the place. */
  private fit(map: L.Map, cells: readonly Cell[]): void {
    const names = cells.map(({ cell }) => cell);
    const known = names.sort().join();
    if (known === this.fitted || names.length === 0) return;
    this.fitted = known;
    map.fitBounds(L.latLngBounds(cells.flatMap(corners)), {
      padding: [32, 32],
      maxZoom: CLOSEST,
      animate: false,
    });
  }

  private pointOut(map: L.Map, cells: readonly Cell[]): void {
    const cell = cells.find(({ alerts }) =>
      alerts.some(({ original }) => original === this.selected),
    );
    if (cell === undefined) return;
    const bounds = L.latLngBounds(corners(cell));
    if (!map.getBounds().contains(bounds)) map.panInsideBounds(bounds.pad(0.5));
    if (!map.getBounds().contains(bounds)) map.fitBounds(bounds, { maxZoom: CLOSEST });
  }

  private focusedCell(): string | null {
    const { activeElement } = this.renderRoot as ShadowRoot;
    return activeElement instanceof SVGElement ? (activeElement.dataset.cell ?? null) : null;
  }

  private hexagon(cell: string): SVGElement | null {
    return this.renderRoot.querySelector<SVGElement>(`[data-cell="${cell}"]`);
  }
}

const corners = ({ ring }: Cell): [number, number][] =>
  ring.map(([latitude, longitude]) => [latitude, longitude]);

function markOf(cell: Cell, first: Shown): L.MarkerOptions {
  const sign = document.createElement("div");
  const count = cell.alerts.length;
  render(count > 1 ? html`<b>${count}</b>` : categoryIcon(first.category, 20), sign);
  const icon = L.divIcon({ html: sign, className: "mark", iconSize: [28, 28] });
  return { icon, interactive: false, keyboard: false };
}
