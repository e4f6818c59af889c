import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Episode } from "../api/types";
import { LABELS } from "../cameras/words";
import { media } from "../state/session";
import { clockSeconds, length } from "../time/words";
import { icon } from "../ui/icon";
import "../ui/picture";
import { base } from "../ui/styles";
import "./scrub";

/** One episode: picture (hover scrubs), camera, time, labels, length. Fires `open`. */
@customElement("nc-episode-card")
export class EpisodeCard extends LitElement {
  static override styles = [
    base,
    css`
      button {
        display: grid;
        grid-template-columns: 136px minmax(0, 1fr);
        gap: var(--space-3);
        align-items: center;
        width: 100%;
        padding: 6px;
        border: 0;
        border-radius: calc(var(--radius-m) + 4px);
        background: transparent;
        color: inherit;
        font: inherit;
        text-align: start;
        cursor: pointer;
        transition: background var(--quick);
      }
      button:hover {
        background: var(--surface-sunk);
      }
      .frame {
        position: relative;
        aspect-ratio: 16 / 9;
        overflow: hidden;
        border-radius: var(--radius-m);
        background: var(--stage);
      }
      nc-picture,
      nc-scrub {
        position: absolute;
        inset: 0;
      }
      .length {
        position: absolute;
        right: 6px;
        bottom: 6px;
        padding: 1px 7px;
        border-radius: var(--radius-full);
        background: var(--glass);
        color: #fff;
        font-size: var(--text-xs);
        font-weight: 600;
      }
      .length.now {
        background: var(--motion-bright);
        color: #2a1a00;
      }
      .text {
        display: grid;
        gap: 2px;
        min-width: 0;
      }
      .name {
        overflow: hidden;
        font-size: var(--text-m);
        font-weight: 600;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .labels {
        display: flex;
        flex-wrap: wrap;
        gap: 6px;
        margin-top: var(--space-1);
      }
      .label {
        display: inline-flex;
        align-items: center;
        gap: 4px;
        padding: 1px 9px 1px 6px;
        border-radius: var(--radius-full);
        background: var(--accent-soft);
        color: var(--accent);
        font-size: var(--text-xs);
        font-weight: 600;
      }
      .kept {
        background: var(--motion-soft);
        color: var(--motion);
      }
    `,
  ];

  @property({ attribute: false }) episode!: Episode;
  @property() camera = "";
  @property() zone = "";
  @state() private scrubbed: number | null = null;

  override render(): TemplateResult {
    const { episode } = this;
    return html`<button
      @click=${() => this.dispatchEvent(new CustomEvent("open"))}
      @pointermove=${this.scrub}
      @pointerleave=${() => (this.scrubbed = null)}
    >
      <span class="frame">
        <nc-picture
          .path=${episode.has_thumbnail ? media.thumbnail(episode.id) : ""}
          .alt=${""}
        ></nc-picture>
        ${
          this.scrubbed !== null && episode.has_preview
            ? html`<nc-scrub .episode=${episode.id} .at=${this.scrubbed}></nc-scrub>`
            : nothing
        }
        ${this.renderLength()}
      </span>
      <span class="text">
        <span class="name">${this.camera}</span>
        <span class="soft small numbers">
          ${clockSeconds(Date.parse(episode.started_at))}${this.zone ? ` · ${this.zone}` : nothing}
        </span>
        <span class="labels">
          ${episode.labels.map(
            (label) => html`<span class="label">${icon(label, 14)}${LABELS[label]}</span>`,
          )}
          ${episode.held ? html`<span class="label kept">${icon("kept", 14)}Kept</span>` : nothing}
        </span>
      </span>
    </button>`;
  }

  private renderLength(): TemplateResult {
    const { started_at, ended_at } = this.episode;
    if (ended_at === null) return html`<span class="length now">Now</span>`;
    return html`<span class="length numbers"
      >${length(Date.parse(ended_at) - Date.parse(started_at))}</span
    >`;
  }

  private scrub(event: PointerEvent): void {
    const frame = this.renderRoot.querySelector(".frame")?.getBoundingClientRect();
    if (frame === undefined || !this.episode.has_preview) return;
    this.scrubbed = Math.min(1, Math.max(0, (event.clientX - frame.left) / frame.width));
  }
}
