import { css, html, LitElement, type SVGTemplateResult, svg, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { type Home, isMoving } from "../state/home";
import { client, home, today } from "../state/session";
import { Watch } from "../state/store";
import { fractionOf, hourTicks, type Span } from "../time/axis";
import { hourName } from "../time/words";
import { base } from "../ui/styles";
import "./timeline-bar";

const REFRESH_MS = 30_000;

/** The day as one bar a camera: what is recorded and when something moved. Fires `play`. */
@customElement("nc-timeline")
export class Timeline extends LitElement {
  static override styles = [
    base,
    css`
      .rows {
        display: grid;
        grid-template-columns: minmax(72px, 128px) minmax(0, 1fr);
        gap: var(--space-2) var(--space-4);
        align-items: center;
      }
      .name {
        overflow: hidden;
        font-size: var(--text-s);
        font-weight: 550;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .name.moving {
        color: var(--motion);
      }
      .hours {
        position: relative;
        grid-column: 2;
        height: 16px;
        color: var(--ink-soft);
        font-size: var(--text-xs);
      }
      svg {
        position: absolute;
        inset: 0;
        width: 100%;
        height: 100%;
        overflow: visible;
      }
      text {
        fill: currentColor;
        font: 500 11px var(--font);
      }
      @media (max-width: 520px) {
        .rows {
          grid-template-columns: minmax(0, 1fr);
          gap: var(--space-1);
        }
        .hours {
          grid-column: 1;
        }
        .odd {
          display: none;
        }
      }
    `,
  ];

  private readonly home = new Watch<Home>(this, home);
  private readonly day = new Watch<Span>(this, today);
  @state() private coverage: Readonly<Record<string, readonly Span[]>> = {};
  private timer = 0;
  private loadedFor = "";

  override connectedCallback(): void {
    super.connectedCallback();
    this.timer = window.setInterval(() => this.load(), REFRESH_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.clearInterval(this.timer);
  }

  override updated(): void {
    const { connection, cameras } = this.home.value;
    const wanted = [connection, this.day.value.start, ...cameras.map(({ id }) => id)].join(" ");
    if (wanted === this.loadedFor) return;
    this.loadedFor = wanted;
    if (connection === "online") this.load();
  }

  override render(): TemplateResult {
    const known = this.home.value;
    const day = this.day.value;
    return html`<div class="rows">
      ${repeat(
        known.cameras,
        ({ id }) => id,
        (camera) => html`
          <span class="name ${isMoving(known, camera.id) ? "moving" : ""}" title=${camera.name}
            >${camera.name}</span
          >
          <nc-timeline-bar
            .name=${camera.name}
            .day=${day}
            .coverage=${this.coverage[camera.id] ?? []}
            .episodes=${known.episodes.filter((episode) => episode.camera === camera.id)}
            @play=${(event: CustomEvent<number>) => this.play(camera.id, event.detail)}
          ></nc-timeline-bar>
        `,
      )}
      <div class="hours numbers" aria-hidden="true">${this.renderHours(day)}</div>
    </div>`;
  }

  private renderHours(day: Span): TemplateResult {
    const ticks = hourTicks(day, 3);
    return html`<svg>
      ${ticks.map((at, index) => hour(at, day, index, ticks.length))}
    </svg>`;
  }

  private load(): void {
    const { start, end } = this.day.value;
    if (document.hidden) return;
    for (const { id } of this.home.value.cameras)
      client
        .timeline(id, start, end)
        .then(({ coverage }) => {
          const spans = coverage.map((span) => ({
            start: Date.parse(span.started_at),
            end: Date.parse(span.ended_at),
          }));
          this.coverage = { ...this.coverage, [id]: spans };
        })
        // The next round asks again; a lost connection is told by the banner.
        .catch(() => {});
  }

  private play(camera: string, at: number): void {
    this.dispatchEvent(new CustomEvent("play", { detail: { camera, at } }));
  }
}

function hour(at: number, day: Span, index: number, count: number): SVGTemplateResult {
  const anchor = index === 0 ? "start" : index === count - 1 ? "end" : "middle";
  return svg`<text class=${index % 2 === 1 ? "odd" : ""} x="${fractionOf(at, day) * 100}%" y="12" text-anchor=${anchor}>${hourName(at)}</text>`;
}
