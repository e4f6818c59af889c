import * as L from "leaflet";
import leafletStyle from "leaflet/dist/leaflet.css?inline";
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult, unsafeCSS } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { mapStyle } from "../hub/map-style";
import { base, buttons, fields } from "../ui/styles";
import { cellsIn, circle, closed, cornersOf, insertAt, polygonIn, type Ring } from "./areas";
import { Grid } from "../hub/map-grid";
import { sheet } from "./style";
import { T } from "./texts";
import type { Polygon } from "./types";

const CELLS_FROM_ZOOM = 14;
const STEP_PX = 6;
const RADIUS_M = 240;

/** A request's area on a map without tiles: drawn, typed, or read from a file. Fires `change`. */
@customElement("nc-area-map")
export class AreaMap extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    sheet,
    unsafeCSS(leafletStyle),
    mapStyle,
    css`
      :host {
        border: 0;
        border-radius: 0;
        box-shadow: none;
        display: grid;
        gap: var(--space-3);
      }
      #map {
        height: var(--map-height, 420px);
        border: 1px solid var(--line);
        border-radius: var(--radius-l);
      }
      .corner {
        width: 18px !important;
        height: 18px !important;
        margin: -9px 0 0 -9px !important;
        border: 3px solid var(--surface);
        border-radius: 50%;
        background: var(--danger);
        box-shadow: 0 0 0 1px var(--danger);
        cursor: move;
      }
      .corner:focus-visible {
        outline: 3px solid var(--ink);
      }
      .jurisdiction {
        fill: none;
        stroke: var(--ink-soft);
        stroke-dasharray: 6 6;
      }
      .hexagon {
        fill: none;
        stroke: var(--line-strong);
        stroke-opacity: 0.5;
      }
      .street {
        fill: none;
        stroke: var(--ink-soft);
        stroke-opacity: 0.6;
      }
      .area {
        fill: var(--motion-bright);
        fill-opacity: 0.25;
        stroke: var(--motion);
      }
      .typed {
        display: grid;
        grid-template-columns: auto 1fr 1fr auto;
        gap: var(--space-2);
        align-items: center;
      }
      .short {
        width: 110px !important;
      }
      @media (max-width: 640px) {
        #map {
          height: var(--map-height, 320px);
        }
      }
    `,
  ];

  @property({ attribute: false }) jurisdiction: Polygon | null = null;
  @property({ attribute: false }) area: Polygon | null = null;
  @property({ type: Boolean }) readonly = false;
  /** A click fires `pick` with longitude and latitude; nothing is drawn but `area`. */
  @property({ type: Boolean }) picking = false;
  @state() private problem = "";
  @query("#map") private place!: HTMLElement;
  private map: L.Map | null = null;
  private corners: Ring = [];
  private readonly layers = { border: L.layerGroup(), streets: L.layerGroup(), cells: L.layerGroup(), shape: L.layerGroup() };
  private fitted = "";
  private readonly size = new ResizeObserver(() => this.map?.invalidateSize({ pan: false }));

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.size.disconnect();
    this.map?.remove();
    this.map = null;
    this.fitted = "";
  }

  override render(): TemplateResult {
    return html`
      <div id="map" role="region" aria-label=${T.map.label}></div>
      ${this.readonly || this.picking ? nothing : this.renderTools()}
    `;
  }

  private renderTools(): TemplateResult {
    return html`
      <p class="small soft">${T.map.how} ${T.map.cells}</p>
      <div class="row">
        <label class="row">${T.map.radius}<input class="short" id="radius" type="number" min="50" max="500" .value=${String(RADIUS_M)} /></label>
        <button type="button" @click=${this.setCircle}>${T.map.circle}</button>
        <button type="button" class="plain" @click=${() => this.change([])}>${T.map.clear}</button>
      </div>
      <p class="problem" role="alert">${this.problem || nothing}</p>
      <details>
        <summary>${T.map.corners}</summary>
        <div class="stack">
          <div class="typed">${this.corners.map((corner, number) => this.renderCorner(corner, number))}</div>
          <div class="row"><button type="button" @click=${this.addCorner}>${T.map.add}</button></div>
          <label>${T.map.geojson}<input type="file" accept=".json,.geojson" @change=${this.readPolygon} /></label>
          <label>${T.map.background}<input type="file" accept=".json,.geojson" @change=${this.readStreets} /></label>
        </div>
      </details>
    `;
  }

  private renderCorner([longitude, latitude]: readonly [number, number], number: number): TemplateResult {
    const field = (name: string, value: number, axis: 0 | 1): TemplateResult =>
      html`<input type="number" step="any" aria-label=${`${name}, ${T.map.corner(number + 1)}`} .value=${String(value)}
        @change=${(event: Event) => this.typed(number, axis, (event.target as HTMLInputElement).valueAsNumber)} />`;
    return html`<span class="small soft">${number + 1}</span>
      ${field(T.map.latitude, latitude, 1)} ${field(T.map.longitude, longitude, 0)}
      <button type="button" class="plain" aria-label=${`${T.map.remove} ${T.map.corner(number + 1)}`} @click=${() => this.remove_(number)}>×</button>`;
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("area")) this.corners = cornersOf(this.area);
  }

  override updated(changed: PropertyValues<this>): void {
    const map = this.map ?? this.open();
    if (changed.has("jurisdiction")) this.drawBorder();
    this.drawShape();
    this.fit(map);
  }

  private open(): L.Map {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const map = L.map(this.place, { attributionControl: false, zoomAnimation: !calm, fadeAnimation: false, maxZoom: 19, minZoom: 3 });
    this.map = map;
    map.setView([20, 0], 3);
    new Grid({ tileSize: 128 }).addTo(map);
    L.control.scale({ maxWidth: 140 }).addTo(map);
    for (const layer of Object.values(this.layers)) layer.addTo(map);
    map.on("moveend", () => void this.drawCells(map));
    if (this.picking)
      map.on("click", ({ latlng }) => this.dispatchEvent(new CustomEvent("pick", { detail: [latlng.lng, latlng.lat] })));
    else if (!this.readonly)
      map.on("click", ({ latlng }) => this.change(insertAt(this.corners, [latlng.lng, latlng.lat])));
    this.size.observe(this.place);
    return map;
  }

  private fit(map: L.Map): void {
    const shown = this.readonly ? (this.area ?? this.jurisdiction) : this.fitted === "" ? (this.area ?? this.jurisdiction) : null;
    const key = shown === null ? this.fitted : JSON.stringify(shown);
    if (shown === null || key === this.fitted) return;
    this.fitted = key;
    map.fitBounds(L.latLngBounds(cornersOf(shown).map(place)), { padding: [24, 24], animate: false, maxZoom: 17 });
  }

  private drawBorder(): void {
    this.layers.border.clearLayers();
    const ring = cornersOf(this.jurisdiction).map(place);
    if (ring.length > 0) L.polygon(ring, { className: "jurisdiction", weight: 2, interactive: false }).addTo(this.layers.border);
  }

  private async drawCells(map: L.Map): Promise<void> {
    this.layers.cells.clearLayers();
    if (map.getZoom() < CELLS_FROM_ZOOM) return;
    const bounds = map.getBounds();
    const cells = await cellsIn(bounds.getSouth(), bounds.getWest(), bounds.getNorth(), bounds.getEast());
    for (const cell of cells)
      L.polygon(cell.map((each): [number, number] => [each[0], each[1]]), { className: "hexagon", weight: 1, interactive: false }).addTo(this.layers.cells);
  }

  private drawShape(): void {
    const focused = this.focusedCorner();
    this.layers.shape.clearLayers();
    const ring = this.corners.map(place);
    if (ring.length > 1) L.polygon(ring, { className: "area", weight: 3, interactive: false }).addTo(this.layers.shape);
    if (this.readonly || this.picking) return;
    this.corners.forEach((corner, number) => this.drawCorner(corner, number));
    if (focused !== null) this.corner(Math.min(focused, this.corners.length - 1))?.focus();
  }

  private drawCorner(corner: readonly [number, number], number: number): void {
    const icon = L.divIcon({ className: "corner" });
    const marker = L.marker(place(corner), { icon, draggable: true, keyboard: true, title: T.map.corner(number + 1) });
    marker.on("dragend", () => this.move(number, marker.getLatLng()));
    marker.on("click", (event) => L.DomEvent.stopPropagation(event));
    marker.addTo(this.layers.shape);
    const element = marker.getElement();
    element?.setAttribute("data-corner", String(number));
    element?.setAttribute("aria-label", T.map.corner(number + 1));
    element?.addEventListener("keydown", (event) => this.press(event, number));
  }

  private press(event: KeyboardEvent, number: number): void {
    const steps: Readonly<Record<string, readonly [number, number]>> = {
      ArrowUp: [0, -STEP_PX],
      ArrowDown: [0, STEP_PX],
      ArrowLeft: [-STEP_PX, 0],
      ArrowRight: [STEP_PX, 0],
    };
    const step = steps[event.key];
    const corner = this.corners[number];
    if (this.map === null || corner === undefined) return;
    if (event.key === "Delete" || event.key === "Backspace") this.remove_(number);
    else if (step !== undefined) {
      const at = this.map.latLngToContainerPoint(place(corner)).add(L.point(step[0], step[1]));
      this.move(number, this.map.containerPointToLatLng(at));
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private move(number: number, { lat, lng }: L.LatLng): void {
    this.change(this.corners.map((each, index) => (index === number ? [lng, lat] : each)));
  }

  private typed(number: number, axis: 0 | 1, value: number): void {
    if (Number.isNaN(value)) return;
    this.change(
      this.corners.map((each, index) =>
        index === number ? (axis === 0 ? [value, each[1]] : [each[0], value]) : each,
      ),
    );
  }

  private remove_(number: number): void {
    this.change(this.corners.filter((_, index) => index !== number));
  }

  private addCorner(): void {
    const { lat, lng } = this.map?.getCenter() ?? L.latLng(0, 0);
    this.change([...this.corners, [lng, lat]]);
  }

  private setCircle(): void {
    const { lat, lng } = this.map?.getCenter() ?? L.latLng(0, 0);
    const radius = this.renderRoot.querySelector<HTMLInputElement>("#radius")?.valueAsNumber ?? RADIUS_M;
    this.fitted = "";
    this.change(circle([lng, lat], Number.isNaN(radius) ? RADIUS_M : radius));
  }

  private async readPolygon(event: Event): Promise<void> {
    const found = polygonIn(await parsed(event));
    this.problem = found === null ? T.map.none : "";
    if (found === null) return;
    this.fitted = "";
    this.change(cornersOf(found));
  }

  /** Streets or houses of the agency's own map, drawn below: no server is asked for tiles. */
  private async readStreets(event: Event): Promise<void> {
    const found = await parsed(event);
    this.layers.streets.clearLayers();
    try {
      L.geoJSON(found as GeoJSON.GeoJsonObject, {
        style: { className: "street", weight: 2 },
        interactive: false,
        pointToLayer: (_, at) => L.circleMarker(at, { radius: 2, className: "street", interactive: false }),
      }).addTo(this.layers.streets);
      this.problem = "";
    } catch {
      this.problem = T.map.none;
    }
  }

  private change(corners: Ring): void {
    this.area = closed(corners);
    this.corners = corners;
    this.requestUpdate();
    this.dispatchEvent(new CustomEvent("change", { detail: corners.length < 3 ? null : this.area }));
  }

  private focusedCorner(): number | null {
    const { activeElement } = this.renderRoot as ShadowRoot;
    const named = activeElement instanceof HTMLElement ? activeElement.dataset["corner"] : undefined;
    return named === undefined ? null : Number(named);
  }

  private corner(number: number): HTMLElement | null {
    return this.renderRoot.querySelector<HTMLElement>(`[data-corner="${number}"]`);
  }
}

const place = ([longitude, latitude]: readonly [number, number]): [number, number] => [latitude, longitude];

async function parsed(event: Event): Promise<unknown> {
  const file = (event.target as HTMLInputElement).files?.[0];
  try {
    return file === undefined ? null : JSON.parse(await file.text());
  } catch {
    return null;
  }
}
