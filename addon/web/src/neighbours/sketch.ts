import { css, html, LitElement, nothing, svg, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Ring, Viewpoint } from "../api/requests";
import { base } from "../ui/styles";

const SIZE = 320;
const MARGIN = 24;
const EARTH_M = 6_371_009;

interface Place {
  readonly x: number;
  readonly y: number;
}

/** A sketch of an area and of what this home's cameras see: drawn here, asked of nobody. */
@customElement("nc-sketch")
export class Sketch extends LitElement {
  static override styles = [
    base,
    css`
      svg {
        width: 100%;
        max-width: 420px;
        height: auto;
        border: 1px solid var(--line);
        border-radius: var(--radius-m);
        background: var(--surface-sunk);
      }
      .area {
        fill: var(--motion-soft);
        stroke: var(--motion);
        stroke-width: 2;
      }
      .view {
        fill: var(--accent, currentColor);
        fill-opacity: 0.35;
        stroke: currentColor;
      }
      text {
        fill: currentColor;
        font: 11px system-ui, sans-serif;
      }
    `,
  ];

  @property({ attribute: false }) area: Ring = [];
  @property({ attribute: false }) viewpoints: readonly Viewpoint[] = [];
  @property() label = "The area that is asked about, and what your cameras see";

  override render(): TemplateResult | typeof nothing {
    const first = this.area[0];
    if (first === undefined) return nothing;
    const plane = flat(first);
    const area = this.area.map(([x, y]) => plane(x, y));
    const views = this.viewpoints.filter(({ indoor, latitude }) => !indoor && latitude !== null);
    const cameras = views.map((each) => ({
      name: each.camera,
      corners: sector(plane(each.longitude ?? 0, each.latitude ?? 0), each),
    }));
    const near = cameras.filter(({ corners }) => distance(corners[0], area[0]) < 3000);
    const fit = fitted([...area, ...near.flatMap(({ corners }) => corners)]);
    return html`<svg viewBox="0 0 ${SIZE} ${SIZE}" role="img" aria-label=${this.label}>
      <polygon class="area" points=${points(area.map(fit.place))}></polygon>
      ${near.map(({ name, corners }) => {
        const drawn = corners.map(fit.place);
        return svg`<polygon class="view" points=${points(drawn)}></polygon>
          <text x=${drawn[0]?.x ?? 0} y=${(drawn[0]?.y ?? 0) + 14}>${name}</text>`;
      })}
      <text x="8" y=${SIZE - 8}>${Math.round(fit.metres)} m across, north is up</text>
    </svg>`;
  }
}

function flat([longitude, latitude]: readonly [number, number]): (x: number, y: number) => Place {
  const radian = Math.PI / 180;
  const shrink = Math.cos(latitude * radian);
  return (x, y) => ({
    x: (x - longitude) * radian * EARTH_M * shrink,
    y: (y - latitude) * radian * EARTH_M,
  });
}

function sector(at: Place, view: Viewpoint): Place[] {
  const steps = Array.from({ length: 13 }, (_, step) => step / 12 - 0.5);
  const arc = steps.map((step) => {
    const angle = ((view.bearing + step * view.angle) * Math.PI) / 180;
    return { x: at.x + view.reach_m * Math.sin(angle), y: at.y + view.reach_m * Math.cos(angle) };
  });
  return [at, ...arc];
}

function distance(one: Place | undefined, other: Place | undefined): number {
  return one && other ? Math.hypot(one.x - other.x, one.y - other.y) : Number.POSITIVE_INFINITY;
}

function fitted(all: readonly Place[]): { metres: number; place: (at: Place) => Place } {
  const xs = all.map(({ x }) => x);
  const ys = all.map(({ y }) => y);
  const [left, top] = [Math.min(...xs), Math.max(...ys)];
  const metres = Math.max(Math.max(...xs) - left, top - Math.min(...ys), 1);
  const scale = (SIZE - 2 * MARGIN) / metres;
  return {
    metres,
    place: ({ x, y }) => ({ x: MARGIN + (x - left) * scale, y: MARGIN + (top - y) * scale }),
  };
}

const points = (all: readonly Place[]): string =>
  all.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");
