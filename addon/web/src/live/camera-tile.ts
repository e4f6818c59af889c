import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { CameraView } from "../api/types";
import { stateTone, stateWords } from "../cameras/words";
import { icon } from "../ui/icon";
import { base, buttons } from "../ui/styles";
import "./live-video";
import type { LiveStatus } from "./player";

/** One camera of the wall: picture, name, state in words, motion now. Fires `edit`. */
@customElement("nc-camera-tile")
export class CameraTile extends LitElement {
  static override styles = [
    base,
    buttons,
    css`
      article {
        position: relative;
        aspect-ratio: 16 / 9;
        overflow: hidden;
        border-radius: var(--radius-l);
        background: var(--stage);
        color: #fff;
        box-shadow: var(--shadow);
        isolation: isolate;
      }
      article::after {
        content: "";
        position: absolute;
        inset: 0;
        border-radius: inherit;
        box-shadow: inset 0 0 0 1px rgb(255 255 255 / 0.08);
        pointer-events: none;
        transition: box-shadow var(--quick);
      }
      article.moving::after {
        box-shadow: inset 0 0 0 3px var(--motion-bright);
      }
      article:fullscreen {
        border-radius: 0;
      }
      nc-live-video {
        position: absolute;
        inset: 0;
      }
      .plate {
        position: absolute;
        inset: auto 0 0;
        display: flex;
        align-items: center;
        gap: var(--space-2);
        padding: var(--space-6) var(--space-3) var(--space-3) var(--space-4);
        background: linear-gradient(transparent, rgb(6 10 9 / 0.78));
      }
      h3 {
        flex: 1;
        min-width: 0;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
        text-shadow: 0 1px 3px rgb(0 0 0 / 0.6);
      }
      .marks {
        position: absolute;
        inset: var(--space-3) var(--space-3) auto;
        display: flex;
        gap: var(--space-2);
        flex-wrap: wrap;
      }
      .mark {
        display: inline-flex;
        align-items: center;
        gap: 6px;
        height: 26px;
        padding: 0 10px;
        border-radius: var(--radius-full);
        background: var(--glass);
        backdrop-filter: blur(8px);
        font-size: var(--text-xs);
        font-weight: 600;
      }
      .mark i {
        width: 7px;
        height: 7px;
        border-radius: 50%;
        background: #9fb0a8;
      }
      .good i {
        background: #58d6a5;
      }
      .busy i {
        background: #f5c451;
      }
      .bad i {
        background: #ff8a78;
      }
      .mark.motion {
        background: var(--motion-bright);
        color: #2a1a00;
      }
      .motion i {
        background: #2a1a00;
        animation: pulse 1.4s ease-in-out infinite;
      }
      .message {
        position: absolute;
        inset: 0;
        display: grid;
        place-content: center;
        justify-items: center;
        gap: var(--space-2);
        padding: var(--space-6) var(--space-5) var(--space-7);
        text-align: center;
        color: var(--stage-ink);
        background: radial-gradient(120% 120% at 50% 20%, #24302c, var(--stage) 75%);
      }
      .message p {
        max-width: 42ch;
        font-size: var(--text-s);
        color: var(--stage-ink-soft);
      }
      .plate button {
        min-height: 36px;
        width: 36px;
        background: rgb(255 255 255 / 0.14);
        color: #fff;
        backdrop-filter: blur(8px);
      }
      .plate button:hover:not(:disabled) {
        background: rgb(255 255 255 / 0.28);
      }
      @keyframes pulse {
        50% {
          opacity: 0.25;
        }
      }
      @media (prefers-reduced-motion: reduce) {
        .motion i {
          animation: none;
        }
      }
    `,
  ];

  @property({ attribute: false }) camera!: CameraView;
  @property({ type: Boolean }) moving = false;
  @property() unrecorded = "";
  @state() private live: LiveStatus = { kind: "waiting", reason: "" };

  private get active(): boolean {
    return this.camera.state === "live" && !this.camera.privacy;
  }

  override render(): TemplateResult {
    const { camera } = this;
    return html`<article class=${this.moving ? "moving" : ""} aria-label=${camera.name}>
      <nc-live-video
        .camera=${camera.id}
        .name=${camera.name}
        .sub=${camera.sub_url !== null}
        .active=${this.active}
        @status=${(event: CustomEvent<LiveStatus>) => (this.live = event.detail)}
      ></nc-live-video>
      ${this.active ? nothing : this.renderDark()}
      <div class="marks">
        <span class="mark state ${stateTone(camera)}"><i></i>${stateWords(camera)}</span>
        ${this.moving ? html`<span class="mark motion"><i></i>Motion</span>` : nothing}
        ${this.renderFallback()}
        ${
          this.unrecorded === ""
            ? nothing
            : html`<span class="mark bad" title=${this.unrecorded}><i></i>Not recording</span>`
        }
      </div>
      <div class="plate">
        <h3 title=${camera.name}>${camera.name}</h3>
        <button
          class="icon-only"
          aria-label="Show ${camera.name} on the whole screen"
          @click=${this.enlarge}
          ?hidden=${!this.active}
        >
          ${icon("expand")}
        </button>
        <button
          class="icon-only edit"
          aria-label="Change ${camera.name}"
          @click=${() => this.dispatchEvent(new CustomEvent("edit"))}
        >
          ${icon("gear")}
        </button>
      </div>
    </article>`;
  }

  private renderFallback(): TemplateResult | typeof nothing {
    const { live } = this;
    if (!this.active || live.kind === "playing") return nothing;
    if (live.kind === "unsupported")
      return html`<span class="mark stills" title=${live.reason}
        >${live.reason}: still pictures</span
      >`;
    if (live.reason === "") return nothing;
    return html`<span class="mark busy" title=${live.reason}><i></i>Still pictures</span>`;
  }

  private renderDark(): TemplateResult {
    const { camera } = this;
    const reason = camera.privacy
      ? "Privacy is on: not connected and not recorded."
      : camera.reason ||
        (camera.state === "off" ? "Switched off." : "The picture comes as soon as it is there.");
    return html`<div class="message">
      ${icon(camera.privacy ? "shield" : "camera", 28)}
      <p>${reason}</p>
    </div>`;
  }

  private enlarge(): void {
    const article = this.renderRoot.querySelector("article");
    if (document.fullscreenElement) void document.exitFullscreen();
    else void article?.requestFullscreen?.();
  }
}
