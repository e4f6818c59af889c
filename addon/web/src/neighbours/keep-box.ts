import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Polygon } from "../api/types";
import { media } from "../state/session";
import "../ui/picture";
import { base, fields } from "../ui/styles";

const SIDES = { left: "Left", top: "Top", right: "Right", bottom: "Bottom" } as const;
type Side = keyof typeof SIDES;
type Box = Readonly<Record<Side, number>>;
const MIDDLE: Box = { left: 25, top: 25, right: 75, bottom: 75 };
const LEAST = 2;

/**
 * A rectangle of a camera's picture, drawn with a finger or set by numbers; all around it goes.
 * Fires `keep` with its corners, or null for the whole picture.
 */
@customElement("nc-keep-box")
export class KeepBox extends LitElement {
  static override styles = [
    base,
    fields,
    css`
      .stage {
        position: relative;
        margin-top: var(--space-2);
        overflow: hidden;
        max-width: 420px;
        aspect-ratio: 16 / 9;
        border-radius: var(--radius-m);
        background: var(--stage);
        cursor: crosshair;
        touch-action: none;
      }
      .stage nc-picture,
      svg {
        position: absolute;
        inset: 0;
        width: 100%;
        height: 100%;
      }
      .gone {
        fill: #000;
        fill-opacity: 0.72;
        fill-rule: evenodd;
      }
      .kept {
        fill: none;
        stroke: var(--motion-bright);
        stroke-width: 2;
        vector-effect: non-scaling-stroke;
      }
      .sides {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(140px, 1fr));
        gap: var(--space-2) var(--space-4);
        max-width: 420px;
        margin-top: var(--space-2);
      }
    `,
  ];

  @property() camera = "";
  @state() private box: Box | null = null;
  private begun: { readonly x: number; readonly y: number } | null = null;

  override render(): TemplateResult {
    return html`
      <label class="switch">
        <input type="checkbox" role="switch" .checked=${this.box !== null} @change=${this.toggle} />
        <span>Keep only a part of the picture<span class="hint">All around it is black, in every picture of the clip.</span></span>
      </label>
      ${this.box === null ? nothing : this.renderBox(this.box)}
    `;
  }

  private renderBox(box: Box): TemplateResult {
    const { left, top, right, bottom } = box;
    return html`
      <div class="stage" @pointerdown=${this.press} @pointermove=${this.drag} @pointerup=${this.lift} @pointercancel=${this.lift}>
        <nc-picture .path=${media.snapshot(this.camera)} .alt=${""}></nc-picture>
        <svg viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label="What stays of the picture">
          <path class="gone" d="M0 0H100V100H0z M${left} ${top}H${right}V${bottom}H${left}z"></path>
          <rect class="kept" x=${left} y=${top} width=${right - left} height=${bottom - top}></rect>
        </svg>
      </div>
      <div class="sides" role="group" aria-label="Edges of what stays">
        ${(Object.keys(SIDES) as Side[]).map(
          (side) => html`<label class="small">${SIDES[side]}
            <input type="range" min="0" max="100" .value=${String(Math.round(box[side]))}
              @input=${(event: Event) => this.move(side, Number((event.target as HTMLInputElement).value))} />
          </label>`,
        )}
      </div>
    `;
  }

  private toggle(event: Event): void {
    this.set((event.target as HTMLInputElement).checked ? MIDDLE : null);
  }

  private move(side: Side, value: number): void {
    if (this.box !== null) this.set(ordered({ ...this.box, [side]: value }));
  }

  private press(event: PointerEvent): void {
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    this.begun = placeOf(event);
  }

  private drag(event: PointerEvent): void {
    if (this.begun === null) return;
    const { x, y } = placeOf(event);
    this.set(ordered({ left: this.begun.x, top: this.begun.y, right: x, bottom: y }));
  }

  private lift(): void {
    this.begun = null;
  }

  private set(box: Box | null): void {
    this.box = box;
    this.dispatchEvent(new CustomEvent("keep", { detail: box === null ? null : cornersOf(box) }));
  }
}

function placeOf(event: PointerEvent): { x: number; y: number } {
  const stage = (event.currentTarget as HTMLElement).getBoundingClientRect();
  const part = (at: number, from: number, size: number) =>
    Math.min(100, Math.max(0, ((at - from) / size) * 100));
  return {
    x: part(event.clientX, stage.left, stage.width),
    y: part(event.clientY, stage.top, stage.height),
  };
}

/** The rectangle that two corners span, whichever came first; never nothing. */
export function ordered({ left, top, right, bottom }: Box): Box {
  const span = (one: number, other: number): [number, number] => {
    const low = Math.min(one, other, 100 - LEAST);
    return [low, Math.max(one, other, low + LEAST)];
  };
  const [west, east] = span(left, right);
  const [north, south] = span(top, bottom);
  return { left: west, top: north, right: east, bottom: south };
}

/** Its corners as fractions of the picture. */
export function cornersOf({ left, top, right, bottom }: Box): Polygon {
  const [west, north, east, south] = [left / 100, top / 100, right / 100, bottom / 100];
  return [
    [west, north],
    [east, north],
    [east, south],
    [west, south],
  ];
}
