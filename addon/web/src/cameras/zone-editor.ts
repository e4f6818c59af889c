import { html, LitElement, nothing, type SVGTemplateResult, svg, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { words } from "../api/client";
import type { CameraView, Point, Polygon } from "../api/types";
import { client, media } from "../state/session";
import "../ui/dialog";
import { icon } from "../ui/icon";
import "../ui/picture";
import { base, buttons, fields } from "../ui/styles";
import { closes, isFull, KINDS, type Kind, moved, patchOf, type Shape, shapesOf } from "./shapes";
import { stage } from "./zone-style";

const REACH = 0.03;
const NUDGE = 0.01;

/** Draws zones and masks over a still picture: tap corners, tap the first one to close. */
@customElement("nc-zone-editor")
export class ZoneEditor extends LitElement {
  static override styles = [base, buttons, fields, stage];

  @property({ attribute: false }) camera!: CameraView;
  @state() private shapes: readonly Shape[] = [];
  @state() private kind: Kind = "zone";
  @state() private outline: Polygon = [];
  @state() private busy = false;
  @state() private problem = "";
  private dragged: { shape: number; corner: number } | null = null;

  override firstUpdated(): void {
    this.shapes = shapesOf(this.camera);
  }

  override render(): TemplateResult {
    return html`<nc-dialog
      footer
      .heading=${`Zones of ${this.camera.name}`}
      @close=${() => this.leave()}
    >
      <div class="stack">
        <div class="row kinds" role="group" aria-label="What to draw">
          ${(Object.keys(KINDS) as Kind[]).map((kind) => this.renderKind(kind))}
        </div>
        <p class="soft small" id="how">
          ${KINDS[this.kind].hint} Tap the corners in the picture, then the first corner again to
          close. Drag corners to move them; with the keyboard, use the arrow keys.
        </p>
        <div class="stage">
          <nc-picture .path=${media.snapshot(this.camera.id)} .alt=${""} @loaded=${this.fit}></nc-picture>
          ${this.renderDrawing()}
        </div>
        ${
          this.outline.length === 0
            ? html`<button class="new" @click=${() => this.addBox()}>
                ${icon("plus")}Add a rectangle
              </button>`
            : html`<div class="row">
                <button @click=${() => this.finish()} ?disabled=${this.outline.length < 3}>
                  Close the outline
                </button>
                <button class="plain" @click=${() => (this.outline = [])}>Start again</button>
              </div>`
        }
        <ul>
          ${this.shapes.map((shape, index) => this.renderShape(shape, index))}
        </ul>
        ${this.problem === "" ? nothing : html`<p class="notice" role="alert">${this.problem}</p>`}
      </div>
      <button
        slot="footer"
        class="primary push save"
        ?disabled=${this.busy || this.outline.length > 0}
        @click=${this.save}
      >
        ${this.busy ? "Saving…" : "Save"}
      </button>
    </nc-dialog>`;
  }

  private renderKind(kind: Kind): TemplateResult {
    return html`<button
      class="kind ${kind}"
      aria-pressed=${this.kind === kind}
      @click=${() => (this.kind = kind)}
    >
      <i></i>${KINDS[kind].name}
    </button>`;
  }

  private renderDrawing(): TemplateResult {
    return html`<svg
      viewBox="0 0 1 1"
      preserveAspectRatio="none"
      aria-label="Drawing area"
      aria-describedby="how"
      @pointerdown=${this.press}
      @pointermove=${this.drag}
      @pointerup=${() => (this.dragged = null)}
      @pointercancel=${() => (this.dragged = null)}
    >
      ${this.shapes.map(({ kind, polygon }) => svg`<polygon class=${kind} points=${pointsOf(polygon)}></polygon>`)}
      ${
        this.outline.length === 0
          ? nothing
          : svg`<polyline class=${this.kind} points=${pointsOf(this.outline)}></polyline>`
      }
      ${this.shapes.map((shape, index) => this.renderCorners(shape.polygon, shape.kind, index))}
      ${this.renderCorners(this.outline, this.kind, -1)}
    </svg>`;
  }

  // A line of no length with a round cap stays a circle although the drawing is stretched.
  private renderCorners(polygon: Polygon, kind: Kind, shape: number): SVGTemplateResult[] {
    return polygon.map(
      ([x, y], corner) => svg`<path class="corner ${kind}" d="M${x} ${y}h0.0001"
        tabindex=${shape < 0 ? -1 : 0} role="button"
        aria-label="Corner ${corner + 1} of ${this.shapes[shape]?.name ?? "the outline"}"
        data-shape=${shape} data-corner=${corner}
        @keydown=${(event: KeyboardEvent) => this.nudge(event, shape, corner)}></path>`,
    );
  }

  private renderShape(shape: Shape, index: number): TemplateResult {
    return html`<li class="row">
      <i class=${shape.kind}></i>
      ${
        shape.kind === "zone"
          ? html`<input
              aria-label="Name of the zone"
              maxlength="80"
              .value=${shape.name}
              @input=${(event: Event) =>
                this.replace(index, { name: (event.target as HTMLInputElement).value })}
            />`
          : html`<span class="small">${KINDS[shape.kind].name}</span>`
      }
      <button
        class="plain icon-only push"
        aria-label="Remove ${shape.name}"
        @click=${() => (this.shapes = this.shapes.filter((_, at) => at !== index))}
      >
        ${icon("bin")}
      </button>
    </li>`;
  }

  private press(event: PointerEvent): void {
    const area = event.currentTarget as SVGSVGElement;
    const { shape, corner } = (event.target as SVGElement).dataset;
    const point = pointOf(event, area);
    if (shape !== undefined && Number(shape) >= 0) {
      this.dragged = { shape: Number(shape), corner: Number(corner) };
      area.setPointerCapture(event.pointerId);
    } else if (closes(this.outline, point, REACH)) this.finish();
    else if (!isFull(this.outline)) this.outline = [...this.outline, point];
  }

  private drag(event: PointerEvent): void {
    if (this.dragged === null) return;
    this.moveCorner(
      this.dragged.shape,
      this.dragged.corner,
      pointOf(event, event.currentTarget as SVGSVGElement),
    );
  }

  private nudge(event: KeyboardEvent, shape: number, corner: number): void {
    const steps: Record<string, Point> = {
      ArrowLeft: [-NUDGE, 0],
      ArrowRight: [NUDGE, 0],
      ArrowUp: [0, -NUDGE],
      ArrowDown: [0, NUDGE],
    };
    const step = steps[event.key];
    const point = this.shapes[shape]?.polygon[corner];
    if (step === undefined || point === undefined) return;
    event.preventDefault();
    this.moveCorner(shape, corner, [within(point[0] + step[0]), within(point[1] + step[1])]);
  }

  private moveCorner(shape: number, corner: number, to: Point): void {
    const polygon = this.shapes[shape]?.polygon;
    if (polygon !== undefined) this.replace(shape, { polygon: moved(polygon, corner, to) });
  }

  private replace(index: number, change: Partial<Shape>): void {
    this.shapes = this.shapes.map((shape, at) => (at === index ? { ...shape, ...change } : shape));
  }

  private addBox(): void {
    this.outline = [
      [0.3, 0.3],
      [0.7, 0.3],
      [0.7, 0.7],
      [0.3, 0.7],
    ];
    this.finish();
  }

  private finish(): void {
    if (this.outline.length < 3) return;
    const count = this.shapes.filter(({ kind }) => kind === "zone").length + 1;
    const name = this.kind === "zone" ? `Zone ${count}` : KINDS[this.kind].name;
    const shape: Shape = {
      kind: this.kind,
      polygon: this.outline,
      name,
      id: "",
      sensitivity: null,
    };
    this.shapes = [...this.shapes, shape];
    this.outline = [];
  }

  private fit(event: CustomEvent<{ width: number; height: number }>): void {
    const { width, height } = event.detail;
    const area = this.renderRoot.querySelector<HTMLElement>(".stage");
    area?.style.setProperty("aspect-ratio", `${width} / ${height}`);
  }

  private async save(): Promise<void> {
    this.busy = true;
    this.problem = "";
    try {
      await client.changeCamera(this.camera.id, patchOf(this.shapes));
      this.leave();
    } catch (error) {
      this.problem = words(error);
    } finally {
      this.busy = false;
    }
  }

  private leave(): void {
    this.dispatchEvent(new CustomEvent("close"));
  }
}

const within = (value: number): number => Math.min(1, Math.max(0, Number(value.toFixed(4))));

function pointOf(event: PointerEvent, area: SVGSVGElement): Point {
  const { left, top, width, height } = area.getBoundingClientRect();
  return [within((event.clientX - left) / width), within((event.clientY - top) / height)];
}

function pointsOf(polygon: Polygon): string {
  return polygon.map((point) => point.join(",")).join(" ");
}
