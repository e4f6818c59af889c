import { html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import "../cameras/camera-add";
import "../cameras/camera-edit";
import { stateTone } from "../cameras/words";
import "../episodes/episode-dialog";
import "../episodes/episode-list";
import "../live/camera-tile";
import "../neighbours/neighbours";
import type { Tab } from "../neighbours/neighbours";
import { current } from "../neighbours/words";
import "../settings/settings";
import type { Scope } from "../api/types";
import { cameraName, type Home, isMoving } from "../state/home";
import { home, scope, today } from "../state/session";
import { Watch } from "../state/store";
import type { Span } from "../time/axis";
import { dayName } from "../time/words";
import "../timeline/moment-dialog";
import "../timeline/timeline";
import { icon } from "../ui/icon";
import { base, buttons } from "../ui/styles";
import { layout } from "./home-style";

type Open =
  | { readonly what: "add" | "settings" }
  | { readonly what: "neighbours"; readonly tab?: Tab }
  | { readonly what: "edit"; readonly camera: string }
  | { readonly what: "episode"; readonly episode: string }
  | { readonly what: "moment"; readonly camera: string; readonly at: number };

/** All cameras live, the day, and the episodes of today. */
@customElement("nc-home-page")
export class HomePage extends LitElement {
  static override styles = [base, buttons, layout];

  private readonly home = new Watch<Home>(this, home);
  private readonly scope = new Watch<Scope>(this, scope);
  private readonly day = new Watch<Span>(this, today);
  @state() private open: Open | null = null;

  override render(): TemplateResult {
    const known = this.home.value;
    return html`
      ${this.renderBar(known)}
      <main>
        <div class="main">${this.renderCameras(known)}</div>
        <aside class="panel" aria-label="Episodes of today">
          <nc-episode-list
            @open=${(event: CustomEvent<string>) =>
              (this.open = { what: "episode", episode: event.detail })}
          ></nc-episode-list>
        </aside>
      </main>
      ${this.renderDialog(known)}
    `;
  }

  private renderBar(known: Home): TemplateResult {
    const alerts = current(known.alerts).length;
    return html`<header class="bar">
      <img src="./icon.svg" alt="" width="34" height="34" />
      <div class="title">
        <h1>${known.settings?.name ?? "NeighborCam"}</h1>
        <p class="soft small">${summary(known)}</p>
      </div>
      ${this.scope.value === "admin" ? this.renderAdd() : nothing}
      <button
        class="neighbours"
        aria-label=${`Neighbours${alerts > 0 ? ` (${alerts})` : ""}`}
        @click=${() => (this.open = { what: "neighbours" })}
      >
        ${icon("bubble")}<span>Neighbours</span>${alerts > 0 ? html`<b>${alerts}</b>` : nothing}
      </button>
      ${this.scope.value === "admin" ? this.renderSettings() : nothing}
    </header>`;
  }

  private renderAdd(): TemplateResult {
    return html`<button
      class="primary add"
      aria-label="Add camera"
      @click=${() => (this.open = { what: "add" })}
    >
      ${icon("plus")}<span>Add camera</span>
    </button>`;
  }

  private renderSettings(): TemplateResult {
    return html`<button
      class="icon-only settings"
      aria-label="Settings"
      @click=${() => (this.open = { what: "settings" })}
    >
      ${icon("gear")}
    </button>`;
  }

  private renderCameras(known: Home): TemplateResult | typeof nothing {
    if (known.cameras.length === 0) return this.renderWelcome(known);
    return html`
      <section class="wall" data-count=${Math.min(known.cameras.length, 4)} aria-label="Live">
        ${repeat(
          known.cameras,
          ({ id }) => id,
          (camera) => html`<nc-camera-tile
            .camera=${camera}
            .moving=${isMoving(known, camera.id)}
            .unrecorded=${known.unrecorded[camera.id] ?? ""}
            @edit=${() => (this.open = { what: "edit", camera: camera.id })}
          ></nc-camera-tile>`,
        )}
      </section>
      <section class="panel day">
        <div class="row">
          <h2>Today</h2>
          <span class="soft small">${dayName(this.day.value.start)}</span>
          <span class="legend soft push"><i class="recorded"></i>recorded</span>
          <span class="legend soft"><i class="motion"></i>motion</span>
        </div>
        <nc-timeline
          @play=${(event: CustomEvent<{ camera: string; at: number }>) =>
            (this.open = { what: "moment", ...event.detail })}
        ></nc-timeline>
      </section>
    `;
  }

  private renderWelcome(known: Home): TemplateResult | typeof nothing {
    if (known.connection !== "online") return nothing;
    return html`<section class="panel welcome">
      <img src="./icon.svg" alt="" width="64" height="64" />
      <h2>Add your first camera</h2>
      <p class="soft">
        Any camera with RTSP or ONVIF, at its address or found on your network. Its pictures stay in
        this house.
      </p>
      ${this.scope.value === "admin" ? this.renderAdd() : nothing}
    </section>`;
  }

  private renderDialog(known: Home): TemplateResult | typeof nothing {
    const { open } = this;
    const close = () => {
      this.open = null;
    };
    switch (open?.what) {
      case "add":
        return html`<nc-camera-add @close=${close}></nc-camera-add>`;
      case "edit":
        return html`<nc-camera-edit .camera=${open.camera} @close=${close}></nc-camera-edit>`;
      case "neighbours":
        return html`<nc-neighbours .tab=${open.tab ?? "alerts"} @close=${close}></nc-neighbours>`;
      case "settings":
        return html`<nc-settings @close=${close}></nc-settings>`;
      case "episode":
        return html`<nc-episode-dialog
          .episode=${open.episode}
          @close=${close}
          @share=${() => (this.open = { what: "neighbours", tab: "write" })}
        ></nc-episode-dialog>`;
      case "moment":
        return html`<nc-moment-dialog
          .camera=${open.camera}
          .name=${cameraName(known, open.camera)}
          .at=${open.at}
          @close=${close}
        ></nc-moment-dialog>`;
      default:
        return nothing;
    }
  }
}

function summary(known: Home): string {
  if (known.connection === "connecting") return "Connecting…";
  const { length } = known.cameras;
  if (length === 0) return "No cameras yet";
  const bad = known.cameras.filter((camera) => stateTone(camera) === "bad").length;
  const live = known.cameras.filter((camera) => stateTone(camera) === "good").length;
  if (bad > 0) return `${bad} of ${length} ${bad === 1 ? "needs" : "need"} attention`;
  return live === length
    ? `${length === 1 ? "Live" : `All ${length} live`}`
    : `${live} of ${length} live`;
}
