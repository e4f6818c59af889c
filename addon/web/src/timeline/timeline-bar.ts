import { css, html, LitElement, type SVGTemplateResult, svg, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Episode } from "../api/types";
import { clip, covers, fractionOf, instantAt, nearestCovered, type Span } from "../time/axis";
import { clock, clockSeconds } from "../time/words";
import { base } from "../ui/styles";

const LEAD_MS = 3_000;
const STEP_MS = 60_000;
const LARGE_STEP_MS = 15 * 60_000;

/** One camera's day as a slider; a click or Enter fires `play` with the instant. */
@customElement("nc-timeline-bar")
export class TimelineBar extends LitElement {
  static override styles = [
    base,
    css`
      .bar {
        position: relative;
        height: 30px;
        border-radius: var(--radius-s);
        cursor: pointer;
        touch-action: pan-y;
      }
      svg {
        display: block;
        width: 100%;
        height: 100%;
        border-radius: inherit;
        background: var(--surface-sunk);
      }
      .covered {
        fill: color-mix(in srgb, var(--accent) 34%, var(--surface-sunk));
      }
      .episode {
        fill: var(--motion-bright);
      }
      .now {
        stroke: var(--ink);
        stroke-width: 1.5;
      }
      .cursor {
        stroke: var(--ink);
        stroke-width: 2;
      }
      output {
        position: absolute;
        bottom: calc(100% + 4px);
        left: clamp(36px, var(--at), calc(100% - 36px));
        translate: -50% 0;
        padding: 2px 8px;
        border-radius: var(--radius-s);
        background: var(--ink);
        color: var(--paper);
        font-size: var(--text-xs);
        font-weight: 600;
        pointer-events: none;
        z-index: 2;
      }
    `,
  ];

  @property() name = "";
  @property({ attribute: false }) day: Span = { start: 0, end: 1 };
  @property({ attribute: false }) coverage: readonly Span[] = [];
  @property({ attribute: false }) episodes: readonly Episode[] = [];
  @state() private cursor: number | null = null;

  override updated(): void {
    if (this.cursor === null) return;
    this.style.setProperty("--at", `${fractionOf(this.cursor, this.day) * 100}%`);
  }

  override render(): TemplateResult {
    const now = Math.min(Date.now(), this.day.end);
    const at = this.cursor ?? now;
    return html`<div
      class="bar"
      role="slider"
      tabindex="0"
      aria-label="Recording of ${this.name} today; Enter plays"
      aria-valuemin="0"
      aria-valuemax=${Math.round((this.day.end - this.day.start) / 60_000)}
      aria-valuenow=${Math.round((at - this.day.start) / 60_000)}
      aria-valuetext="${clock(at)}, ${covers(this.coverage, at) ? "recorded" : "not recorded"}"
      @pointermove=${(event: PointerEvent) => (this.cursor = this.pointed(event))}
      @pointerleave=${() => (this.cursor = null)}
      @click=${(event: PointerEvent) => this.play(this.pointed(event))}
      @keydown=${this.key}
      @blur=${() => (this.cursor = null)}
    >
      <svg preserveAspectRatio="none" aria-hidden="true">
        ${this.coverage.map((span) => this.mark("covered", span, 0, 100))}
        ${this.episodes.map((episode) => this.mark("episode", spanOf(episode), 22, 56))}
        ${this.line("now", now)} ${this.cursor === null ? svg`` : this.line("cursor", this.cursor)}
      </svg>
      ${this.cursor === null ? "" : html`<output class="numbers">${clockSeconds(this.cursor)}</output>`}
    </div>`;
  }

  private mark(kind: string, span: Span, top: number, height: number): SVGTemplateResult {
    const visible = clip(span, this.day);
    if (visible === null) return svg``;
    const from = fractionOf(visible.start, this.day) * 100;
    // An episode of seconds would be thinner than a pixel in a bar of a day.
    const width = Math.max(0.35, fractionOf(visible.end, this.day) * 100 - from);
    return svg`<rect class=${kind} x="${from}%" y="${top}%" width="${width}%" height="${height}%"
      rx=${kind === "episode" ? 1.5 : 0}></rect>`;
  }

  private line(kind: string, at: number): SVGTemplateResult {
    const x = `${fractionOf(at, this.day) * 100}%`;
    return svg`<line class=${kind} x1=${x} x2=${x} y1="0" y2="100%"></line>`;
  }

  private pointed(event: PointerEvent): number {
    const bar = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const tolerance = (3 / bar.width) * (this.day.end - this.day.start);
    const at = instantAt((event.clientX - bar.left) / bar.width, this.day);
    // A bar of a day is coarse: a click beside an episode means the episode.
    const near = this.episodes
      .map((episode) => Date.parse(episode.started_at))
      .filter((start) => Math.abs(start - at) < tolerance);
    return near.length > 0 ? Math.max(...near) : at;
  }

  private play(at: number): void {
    const start = nearestCovered(this.coverage, at - LEAD_MS);
    if (start !== null) this.dispatchEvent(new CustomEvent("play", { detail: start }));
  }

  private key(event: KeyboardEvent): void {
    const at = this.cursor ?? Date.now();
    const steps: Record<string, number> = {
      ArrowLeft: -STEP_MS,
      ArrowRight: STEP_MS,
      PageDown: -LARGE_STEP_MS,
      PageUp: LARGE_STEP_MS,
    };
    const step = steps[event.key];
    if (step !== undefined)
      this.cursor = Math.min(this.day.end, Math.max(this.day.start, at + step));
    else if (event.key === "Enter" || event.key === " ") this.play(at);
    else return;
    event.preventDefault();
  }
}

function spanOf(episode: Episode): Span {
  const start = Date.parse(episode.started_at);
  return { start, end: episode.ended_at === null ? Date.now() : Date.parse(episode.ended_at) };
}
