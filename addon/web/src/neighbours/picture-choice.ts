import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { MadePicture, PictureOrder } from "../api/neighbours";
import type { Episode } from "../api/types";
import { cameraName, type Home } from "../state/home";
import { home, media } from "../state/session";
import { Watch } from "../state/store";
import { clock } from "../time/words";
import { icon } from "../ui/icon";
import "../ui/picture";
import { base, buttons, fields } from "../ui/styles";
import "./chosen-picture";
import { neighbourly } from "./style";
import { type Chosen, MOST_PICTURES } from "./writing";

const OFFERED = 12;

/** The pictures that go along, and today's episodes to take more from. Fires `choose`. */
@customElement("nc-picture-choice")
export class PictureChoice extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    neighbourly,
    css`
      .chosen {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 340px), 1fr));
        gap: var(--space-3);
        margin-bottom: var(--space-3);
      }
      .offer {
        display: grid;
        gap: var(--space-3);
      }
      .offered {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(132px, 1fr));
        gap: var(--space-2);
      }
      .offered button {
        display: grid;
        gap: 4px;
        justify-items: start;
        min-height: 0;
        padding: 6px;
        border-radius: var(--radius-m);
        font-weight: 500;
        line-height: 1.3;
        text-align: start;
        white-space: normal;
      }
      .offered nc-picture {
        width: 100%;
        aspect-ratio: 16 / 9;
        border-radius: var(--radius-s);
      }
    `,
  ];

  @property({ attribute: false }) chosen: readonly Chosen[] = [];
  @state() private camera = "";
  @state() private adding = false;
  private readonly home = new Watch<Home>(this, home);

  override render(): TemplateResult {
    return html`<fieldset>
      <legend>Pictures</legend>
      ${this.chosen.length === 0 ? nothing : this.renderChosen()}
      ${this.chosen.length >= MOST_PICTURES ? nothing : this.renderOffer()}
    </fieldset>`;
  }

  private renderChosen(): TemplateResult {
    return html`<div class="chosen">
      ${repeat(
        this.chosen,
        ({ order }) => order.episode,
        (each) => html`<nc-chosen-picture
          .name=${this.nameOf(each.order.episode)}
          .order=${each.order}
          .made=${each.made}
          @order=${(event: CustomEvent<PictureOrder>) => this.replace(each, { order: event.detail, made: null })}
          @made=${(event: CustomEvent<MadePicture>) => this.replace(each, { ...each, made: event.detail })}
          @remove=${() => this.choose(this.chosen.filter((other) => other.order.episode !== each.order.episode))}
        ></nc-chosen-picture>`,
      )}
    </div>`;
  }

  private renderOffer(): TemplateResult {
    const cameras = this.home.value.cameras.filter(({ sharing }) => sharing);
    if (cameras.length === 0)
      return html`<p class="hint">
        No camera's pictures may be shared. Allow it in the camera's settings: “Share with neighbours”.
      </p>`;
    const offered = this.offered(cameras.map(({ id }) => id));
    return html`<div class="offer">
      <div class="row">
        <button type="button" aria-expanded=${this.adding} @click=${() => (this.adding = !this.adding)}>
          ${icon("plus", 16)}Add a picture of today
        </button>
        <span class="hint">What moved is painted over before you see it.</span>
      </div>
      ${this.adding && cameras.length > 1 ? this.renderCameras(cameras) : nothing}
      ${this.adding ? this.renderOffered(offered) : nothing}
    </div>`;
  }

  private renderOffered(offered: readonly Episode[]): TemplateResult {
    if (offered.length === 0) return html`<p class="hint" role="status">Nothing moved today.</p>`;
    return html`<div class="offered" role="group" aria-label="Episodes of today">
      ${offered.map((each) => this.renderEpisode(each))}
    </div>`;
  }

  private renderCameras(cameras: Home["cameras"]): TemplateResult {
    return html`<label class="small">Camera
      <select @change=${(event: Event) => (this.camera = (event.target as HTMLSelectElement).value)}>
        <option value="">All of them</option>
        ${cameras.map(({ id, name }) => html`<option value=${id} ?selected=${id === this.camera}>${name}</option>`)}
      </select>
    </label>`;
  }

  private renderEpisode(episode: Episode): TemplateResult {
    const name = this.nameOf(episode.id);
    return html`<button type="button" aria-label=${`Add ${name}`} @click=${() => this.add(episode)}>
      <nc-picture .path=${episode.has_thumbnail ? media.thumbnail(episode.id) : ""} .alt=${""}></nc-picture>
      <span>${name}</span>
    </button>`;
  }

  private offered(cameras: readonly string[]): Episode[] {
    const taken = new Set(this.chosen.map(({ order }) => order.episode));
    return this.home.value.episodes
      .filter(({ id, camera, ended_at }) => ended_at !== null && cameras.includes(camera) && !taken.has(id))
      .filter(({ camera }) => this.camera === "" || camera === this.camera)
      .slice(0, OFFERED);
  }

  private nameOf(id: string): string {
    const found = this.home.value.episodes.find((each) => each.id === id);
    if (found === undefined) return "A picture";
    return `${cameraName(this.home.value, found.camera)}, ${clock(Date.parse(found.started_at))}`;
  }

  private add({ id }: Episode): void {
    const order: PictureOrder = { episode: id, kind: "picture", faces: false, plates: false };
    this.choose([...this.chosen, { order, made: null }]);
  }

  private replace(old: Chosen, next: Chosen): void {
    const isIt = ({ order }: Chosen): boolean => order.episode === old.order.episode;
    this.choose(this.chosen.map((each) => (isIt(each) ? next : each)));
  }

  private choose(chosen: readonly Chosen[]): void {
    this.dispatchEvent(new CustomEvent("choose", { detail: chosen }));
  }
}
