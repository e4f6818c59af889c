/** The dashboard card: a camera now, and what moved today. */

import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { clock, length } from "../time/words";
import type { Hass, HassCard } from "./hass";
import {
  anyCamera,
  type CardConfig,
  checked,
  type Episode,
  isLive,
  type Scene,
  scene,
} from "./model";
import { style } from "./style";
import { type Texts, textsOf } from "./texts";

const TAG = "neighborcam-card";
const STILL_EVERY_MS = 10_000;

@customElement(TAG)
export class NeighborCamCard extends LitElement {
  static override styles = style;

  @property({ attribute: false }) hass?: Hass;
  @state() private config?: CardConfig;
  @state() private episodes: readonly Episode[] | null = null;
  @state() private problem = "";
  @state() private played: Episode | null = null;
  @state() private live: HassCard | null = null;
  @state() private turn = 0;
  @query("dialog") private dialog?: HTMLDialogElement;
  private news = "";
  private timer = 0;

  /** The fields of Home Assistant's visual editor. */
  static getConfigForm(): object {
    const { editor } = textsOf(document.documentElement.lang);
    const option = (value: string, label: string | undefined): object => ({ value, label });
    const options = [
      option("auto", editor["auto"]),
      option("live", editor["alwaysLive"]),
      option("latest", editor["latest"]),
    ];
    const ours = { filter: [{ integration: "neighborcam", domain: "camera" }] };
    return {
      schema: [
        { name: "camera", required: true, selector: { entity: ours } },
        { name: "view", selector: { select: { mode: "dropdown", options } } },
        { name: "title", selector: { text: {} } },
        { name: "filmstrip", default: true, selector: { boolean: {} } },
      ],
      computeLabel: ({ name }: { name: string }): string => editor[name] ?? name,
    };
  }

  static getStubConfig(hass: Hass): Partial<CardConfig> {
    return { camera: anyCamera(hass) ?? "" };
  }

  setConfig(config: Partial<CardConfig>): void {
    this.config = checked(config);
    this.news = "";
    this.episodes = null;
    this.live = null;
  }

  getCardSize(): number {
    return this.config?.filmstrip === false ? 5 : 7;
  }

  getGridOptions(): object {
    return { columns: 12, min_columns: 6, rows: "auto" };
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.timer = window.setInterval(() => (this.turn += 1), STILL_EVERY_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.clearInterval(this.timer);
    this.live = null; // a card that nobody sees must not keep a stream open
  }

  override willUpdate(): void {
    if (!this.hass || !this.config) return;
    const now = scene(this.hass, this.config);
    if (!isLive(this.config.view, now)) this.live = null;
    else if (this.live === null) void this.open(this.config.camera);
    if (this.live !== null) this.live.hass = this.hass;
    if (this.config.filmstrip !== false && now.trouble !== "missing" && now.news !== this.news) {
      this.news = now.news;
      void this.load(this.config.camera);
    }
  }

  override updated(changed: PropertyValues): void {
    if (changed.has("played") && this.played !== null) this.dialog?.showModal();
  }

  override render(): TemplateResult | typeof nothing {
    const { hass, config } = this;
    if (!hass || !config) return nothing;
    const now = scene(hass, config);
    const texts = textsOf(hass.language);
    return html`
      <ha-card>
        <div class="stage">
          ${this.picture(hass, config, now, texts)}
          <h2 class="name">${now.name}</h2>
          <div class="chips" role="status">${this.chips(now, texts)}</div>
        </div>
        ${config.filmstrip === false ? nothing : this.strip(now, texts)}
        ${this.played === null ? nothing : this.player(this.played, now, texts)}
      </ha-card>
    `;
  }

  private picture(
    hass: Hass,
    config: CardConfig,
    now: Scene,
    texts: Texts,
  ): TemplateResult | typeof nothing {
    if (now.trouble !== null) {
      return html`<p class="trouble" role="alert">${texts.trouble[now.trouble]}</p>`;
    }
    if (this.live !== null) return html`<div class="live">${this.live}</div>`;
    const still = hass.states[config.camera]?.attributes["entity_picture"];
    if (typeof still !== "string") return nothing;
    return html`<img src=${`${still}&turn=${this.turn}`} alt=${now.name} />`;
  }

  private chips(now: Scene, texts: Texts): TemplateResult {
    const request = html`<span class="chip request">${texts.requests(now.requests)}</span>`;
    const moves = html`<span class="chip moves">${texts.motion}</span>`;
    const live = html`<span class="chip calm">${texts.live}</span>`;
    const shown = now.moves ? moves : this.live === null ? nothing : live;
    return html`${now.requests > 0 ? request : nothing}${now.trouble === null ? shown : nothing}`;
  }

  private strip(now: Scene, texts: Texts): TemplateResult | typeof nothing {
    if (now.trouble === "missing") return nothing;
    if (this.problem !== "") {
      return html`<p class="note" role="alert">${texts.failed}: ${this.problem}</p>`;
    }
    if (this.episodes?.length === 0) return html`<p class="note">${texts.nothing}</p>`;
    const frames = repeat(
      this.episodes ?? [],
      (each) => each.id,
      (each) => html`<li>${this.frame(each, texts)}</li>`,
    );
    return html`<ul class="strip" aria-label=${texts.today}>${frames}</ul>`;
  }

  private frame(episode: Episode, texts: Texts): TemplateResult {
    const words = described(episode, texts);
    const picture =
      episode.thumbnail === null
        ? html`<span class="frame"></span>`
        : html`<img class="frame" src=${episode.thumbnail} alt="" loading="lazy" />`;
    return html`
      <button
        ?disabled=${episode.clip === null}
        title=${words}
        @click=${() => (this.played = episode)}
      >
        ${picture}<span class="when">${words}</span>
      </button>
    `;
  }

  private player(episode: Episode, now: Scene, texts: Texts): TemplateResult {
    const words = `${now.name} · ${described(episode, texts)}`;
    return html`
      <dialog aria-label=${words} @close=${() => (this.played = null)}>
        <video src=${episode.clip ?? ""} controls autoplay playsinline .muted=${true}></video>
        <footer>
          <span>${words}</span>
          <button @click=${() => this.dialog?.close()}>${texts.close}</button>
        </footer>
      </dialog>
    `;
  }

  /** Home Assistant's own card plays: it knows HLS, WebRTC and what the browser can. */
  private async open(camera: string): Promise<void> {
    const helpers = await window.loadCardHelpers?.();
    if (!helpers || !this.isConnected || this.live !== null || !this.hass) return;
    if (this.config?.camera !== camera) return;
    const made = helpers.createCardElement({
      type: "picture-entity",
      entity: camera,
      camera_view: "live",
      show_name: false,
      show_state: false,
    });
    made.hass = this.hass;
    this.live = made;
  }

  private async load(camera: string): Promise<void> {
    try {
      const asked = { type: "neighborcam/episodes", entity_id: camera };
      const answer = await this.hass?.callWS<{ episodes: Episode[] }>(asked);
      if (this.config?.camera !== camera) return;
      this.episodes = answer?.episodes ?? [];
      this.problem = "";
    } catch (error) {
      if (this.config?.camera !== camera) return;
      this.problem = (error as { message?: string }).message ?? String(error);
    }
  }
}

function described(episode: Episode, texts: Texts): string {
  const begun = Date.parse(episode.started_at);
  const lasted =
    episode.ended_at === null ? texts.now : length(Date.parse(episode.ended_at) - begun);
  const labels = episode.labels.map((label) => texts.labels[label] ?? label);
  return [clock(begun), ...labels, lasted].join(" · ");
}

window.customCards = [
  ...(window.customCards ?? []),
  {
    type: TAG,
    name: "NeighborCam",
    description: "A camera now, and what moved today",
    preview: true,
    documentationURL: "https://github.com/neighborcam/neighborcam",
  },
];
