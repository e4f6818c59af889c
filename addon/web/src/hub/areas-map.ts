import * as L from "leaflet";
import leafletStyle from "leaflet/dist/leaflet.css?inline";
import { css, html, LitElement, type PropertyValues, type TemplateResult, unsafeCSS } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { base } from "../ui/styles";
import type { Ring } from "./alerts";
import type { GeoPolygon } from "./log-entries";
import { Grid } from "./map-grid";
import { mapStyle } from "./map-style";

/** Something on the ground. `strength` from 0 to 1 is how dark it is. */
export interface Shape {
  readonly ring: Ring;
  readonly kind: "area" | "earlier" | "district" | "share";
  readonly label: string;
  readonly strength?: number;
}

const STRENGTH: Readonly<Record<Shape["kind"], number>> = {
  area: 0.3,
  earlier: 0.12,
  district: 0.04,
  share: 0.5,
};

/** The corners of an area of GeoJSON, as a map wants them. */
export const ringOf = (area: GeoPolygon): Ring =>
  (area.coordinates[0] ?? []).map(([longitude, latitude]) => [latitude, longitude]);

/** Areas on a map without tiles. All that it says stands beside it in words too. */
@customElement("nc-hub-areas")
export class AreasMap extends LitElement {
  static override styles = [
    base,
    unsafeCSS(leafletStyle),
    mapStyle,
    css`
      :host {
        height: var(--map-height, 300px);
        box-shadow: none;
      }
      .shape {
        stroke: var(--accent);
        fill: var(--accent);
      }
      .shape.area {
        stroke: var(--danger);
        fill: var(--danger);
      }
      .shape.earlier {
        stroke: var(--motion);
        fill: var(--motion-bright);
        stroke-dasharray: 5 4;
      }
      .shape.district {
        stroke-dasharray: 2 6;
      }
      .leaflet-tooltip {
        max-width: 260px;
        border-color: var(--line-strong);
        background: var(--surface);
        color: var(--ink);
        box-shadow: var(--shadow);
        white-space: normal;
      }
    `,
  ];

  @property({ attribute: false }) shapes: readonly Shape[] = [];
  @property() label = "Map";
  @query("#map") private place!: HTMLElement;
  private map: L.Map | null = null;
  private readonly layers = L.layerGroup();
  private fitted = "";
  private readonly size = new ResizeObserver(() => {
    this.map?.invalidateSize({ pan: false });
    this.fit();
  });

  override render(): TemplateResult {
    return html`<div id="map" role="region" aria-label=${this.label}></div>`;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.size.disconnect();
    this.map?.remove();
    this.map = null;
  }

  override updated(changed: PropertyValues<this>): void {
    this.map ??= this.open();
    if (!changed.has("shapes")) return;
    this.layers.clearLayers();
    // The largest first: what lies within must be above it.
    for (const shape of [...this.shapes].sort((one, other) => span(other) - span(one))) this.draw(shape);
    this.fitted = "";
    this.fit();
  }

  private open(): L.Map {
    const map = L.map(this.place, {
      attributionControl: false,
      zoomAnimation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
      fadeAnimation: false,
      scrollWheelZoom: false,
      maxZoom: 17,
      minZoom: 2,
    });
    map.setView([0, 0], 2);
    new Grid({ tileSize: 128 }).addTo(map);
    L.control.scale({ maxWidth: 120, imperial: false }).addTo(map);
    this.layers.addTo(map);
    this.size.observe(this.place);
    return map;
  }

  private draw({ ring, kind, label, strength }: Shape): void {
    const corners = ring.map(([latitude, longitude]): [number, number] => [latitude, longitude]);
    const shape = L.polygon(corners, {
      className: `shape ${kind}`,
      weight: kind === "area" ? 3 : 2,
      fillOpacity: strength === undefined ? STRENGTH[kind] : 0.08 + 0.6 * strength,
    });
    if (label !== "") shape.bindTooltip(label, { sticky: true });
    this.layers.addLayer(shape);
  }

  /** Show all of it but districts, which are large, once for what there is. */
  private fit(): void {
    const seen = this.shapes.filter(({ kind }) => kind !== "district");
    const corners = (seen.length > 0 ? seen : this.shapes).flatMap(({ ring }) => [...ring]);
    const wanted = `${corners.join()} ${this.place.clientWidth}`;
    if (this.map === null || corners.length === 0 || this.place.clientWidth === 0) return;
    if (wanted === this.fitted) return;
    this.fitted = wanted;
    this.map.fitBounds(L.latLngBounds(corners.map(([a, b]) => [a, b])), {
      padding: [24, 24],
      maxZoom: 15,
      animate: false,
    });
  }
}

function span({ ring }: Shape): number {
  const latitudes = ring.map(([latitude]) => latitude);
  return Math.max(...latitudes) - Math.min(...latitudes);
}
