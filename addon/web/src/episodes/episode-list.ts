import { css, html, LitElement, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { Episode, Label } from "../api/types";
import { LABELS } from "../cameras/words";
import { cameraName, type Home } from "../state/home";
import { home } from "../state/session";
import { Watch } from "../state/store";
import { icon } from "../ui/icon";
import { base } from "../ui/styles";
import "./episode-card";

/** Episodes of today, newest first, by camera and by label. Fires `open` with the episode. */
@customElement("nc-episode-list")
export class EpisodeList extends LitElement {
  static override styles = [
    base,
    css`
      header {
        display: grid;
        gap: var(--space-3);
        padding: var(--space-4) var(--space-4) var(--space-3);
      }
      .filters {
        display: flex;
        flex-wrap: wrap;
        gap: 6px;
        align-items: center;
      }
      .chip {
        display: inline-flex;
        align-items: center;
        gap: 5px;
        min-height: 32px;
        padding: 0 12px;
        border: 1px solid var(--line);
        border-radius: var(--radius-full);
        background: transparent;
        color: var(--ink-soft);
        font: 550 var(--text-s) / 1 var(--font);
        cursor: pointer;
      }
      .chip[aria-pressed="true"] {
        border-color: var(--accent);
        background: var(--accent-soft);
        color: var(--accent);
      }
      select {
        min-height: 32px;
        max-width: 160px;
        padding: 0 var(--space-2);
        border: 1px solid var(--line);
        border-radius: var(--radius-full);
        background: var(--surface);
        color: var(--ink);
        font: 550 var(--text-s) / 1 var(--font);
      }
      ul {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 290px), 1fr));
        gap: 2px;
        padding: 0 var(--space-2) var(--space-3);
      }
      .none {
        display: grid;
        justify-items: center;
        gap: var(--space-2);
        padding: var(--space-6) var(--space-5) var(--space-7);
        color: var(--ink-soft);
        font-size: var(--text-s);
        text-align: center;
      }
    `,
  ];

  private readonly home = new Watch<Home>(this, home);
  @state() private camera = "";
  @state() private label: Label | "" = "";

  override render(): TemplateResult {
    const known = this.home.value;
    const shown = known.episodes.filter(
      (episode) =>
        (this.camera === "" || episode.camera === this.camera) &&
        (this.label === "" || episode.labels.includes(this.label)),
    );
    return html`
      <header>
        <div class="row">
          <h2>Episodes</h2>
          <span class="soft small numbers push"
            >${shown.length === 0 ? "" : `${shown.length} today`}</span
          >
        </div>
        <div class="filters" role="group" aria-label="Which episodes">
          ${this.renderCameras(known)}
          ${(Object.keys(LABELS) as Label[]).map((label) => this.renderChip(label))}
        </div>
      </header>
      ${shown.length === 0 ? this.renderNone() : this.renderCards(shown, known)}
    `;
  }

  private renderCameras(known: Home): TemplateResult {
    return html`<select
      aria-label="Camera"
      @change=${(event: Event) => (this.camera = (event.target as HTMLSelectElement).value)}
    >
      <option value="">All cameras</option>
      ${known.cameras.map((camera) => html`<option value=${camera.id}>${camera.name}</option>`)}
    </select>`;
  }

  private renderChip(label: Label): TemplateResult {
    const pressed = this.label === label;
    return html`<button
      class="chip"
      aria-pressed=${pressed}
      @click=${() => (this.label = pressed ? "" : label)}
    >
      ${icon(label, 16)}${LABELS[label]}
    </button>`;
  }

  private renderCards(shown: readonly Episode[], known: Home): TemplateResult {
    return html`<ul>
      ${repeat(
        shown,
        ({ id }) => id,
        (episode) =>
          html`<li>
            <nc-episode-card
              .episode=${episode}
              .camera=${cameraName(known, episode.camera)}
              .zone=${this.zoneName(episode, known)}
              @open=${() => this.dispatchEvent(new CustomEvent("open", { detail: episode.id }))}
            ></nc-episode-card>
          </li>`,
      )}
    </ul>`;
  }

  private zoneName(episode: Episode, known: Home): string {
    const camera = known.cameras.find(({ id }) => id === episode.camera);
    return camera?.zones.find(({ id }) => id === episode.zone)?.name ?? "";
  }

  private renderNone(): TemplateResult {
    const filtered = this.camera !== "" || this.label !== "";
    return html`<p class="none">
      ${icon(filtered ? "search" : "camera", 26)}
      ${
        filtered
          ? "Nothing of this kind today."
          : "Nothing has moved today. Episodes appear here by themselves."
      }
    </p>`;
  }
}
