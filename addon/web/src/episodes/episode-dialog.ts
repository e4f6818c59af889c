import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { words } from "../api/client";
import type { Episode, Scope } from "../api/types";
import { LABELS } from "../cameras/words";
import { cameraName, type Home, withoutEpisode } from "../state/home";
import { aboutEpisode, writing } from "../neighbours/writing";
import { client, home, media, refreshEpisode, scope } from "../state/session";
import { Watch } from "../state/store";
import { clockSeconds, length } from "../time/words";
import "../ui/confirm";
import "../ui/dialog";
import { icon } from "../ui/icon";
import { base, buttons, fields } from "../ui/styles";
import "./clip-video";

/** Plays an episode; keeps, downloads, shares or deletes it. Fires `close` and `share`. */
@customElement("nc-episode-dialog")
export class EpisodeDialog extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    css`
      nc-dialog {
        --dialog-width: 900px;
        --dialog-padding: 0;
      }
      .facts {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-2) var(--space-5);
        padding: var(--space-4) var(--space-5);
        font-size: var(--text-s);
      }
      .facts div {
        display: grid;
      }
      .facts span:first-child {
        color: var(--ink-soft);
        font-size: var(--text-xs);
      }
      .waiting {
        display: grid;
        place-content: center;
        aspect-ratio: 16 / 9;
        background: var(--stage);
        color: var(--stage-ink);
        font-size: var(--text-s);
      }
    `,
  ];

  @property() episode = "";
  @state() private problem = "";
  @state() private busy = false;
  private readonly home = new Watch<Home>(this, home);
  private readonly scope = new Watch<Scope>(this, scope);

  override render(): TemplateResult | typeof nothing {
    const episode = this.home.value.episodes.find(({ id }) => id === this.episode);
    if (episode === undefined) return nothing;
    const name = cameraName(this.home.value, episode.camera);
    const started = Date.parse(episode.started_at);
    return html`<nc-dialog
      footer
      .heading=${`${name}, ${clockSeconds(started)}`}
      @close=${() => this.leave()}
    >
      ${
        episode.ended_at === null
          ? html`<p class="waiting">It still lasts; it plays here once it has ended.</p>`
          : html`<nc-clip-video
              .path=${media.episodeClip(episode.id)}
              .description=${`Episode of ${name} at ${clockSeconds(started)}`}
            ></nc-clip-video>`
      }
      <div class="facts">${this.renderFacts(episode, started)}</div>
      ${this.problem === "" ? nothing : html`<p class="notice" role="alert">${this.problem}</p>`}
      ${this.renderActions(episode)}
    </nc-dialog>`;
  }

  private renderFacts(episode: Episode, started: number): TemplateResult {
    const ended = episode.ended_at === null ? null : Date.parse(episode.ended_at);
    return html`
      <div><span>Began</span><span class="numbers">${clockSeconds(started)}</span></div>
      <div>
        <span>Length</span>
        <span class="numbers">${ended === null ? "still lasts" : length(ended - started)}</span>
      </div>
      <div>
        <span>Shows</span>
        <span>${episode.labels.map((label) => LABELS[label]).join(", ") || "Motion"}</span>
      </div>
      <div>
        <span>Stays</span>
        <span>${episode.held ? "Until you release it" : "As long as other recordings"}</span>
      </div>
    `;
  }

  private renderActions(episode: Episode): TemplateResult {
    return html`<div slot="footer" class="row">
        <button class="keep" ?disabled=${this.busy} @click=${() => this.toggleHold(episode)}>
          ${icon(episode.held ? "kept" : "keep")}${episode.held ? "Release" : "Keep"}
        </button>
        <button ?disabled=${this.busy || episode.ended_at === null} @click=${this.download}>
          ${icon("download")}Download
        </button>
        ${
          this.home.value.sharing.state === "on" && this.scope.value === "admin"
            ? html`<button @click=${() => this.share(episode)}>${icon("share")}Share</button>`
            : nothing
        }
      </div>
      <nc-confirm
        slot="footer"
        class="push"
        question="Delete it for good?"
        ?disabled=${this.busy || episode.ended_at === null}
        @confirmed=${this.delete}
        >${icon("bin")}Delete</nc-confirm
      >`;
  }

  /** Begin an alert about it; nothing leaves before it was looked at. */
  private share(episode: Episode): void {
    const known = this.home.value;
    const camera = known.cameras.find(({ id }) => id === episode.camera);
    const name = cameraName(known, episode.camera);
    writing.value = aboutEpisode(episode, name, camera?.sharing ?? false);
    this.dispatchEvent(new CustomEvent("share"));
  }

  private toggleHold(episode: Episode): Promise<void> {
    return this.doing(async () => {
      await (episode.held ? client.release(episode.id) : client.hold(episode.id));
      await refreshEpisode(episode.id);
    });
  }

  private download(): Promise<void> {
    return this.doing(async () => {
      const link = document.createElement("a");
      link.href = await client.sign(media.episodeClip(this.episode));
      link.download = `${this.episode}.mp4`;
      link.click();
    });
  }

  private delete(): Promise<void> {
    return this.doing(async () => {
      await client.deleteEpisode(this.episode);
      home.value = withoutEpisode(home.value, this.episode);
      this.leave();
    });
  }

  private async doing(action: () => Promise<void>): Promise<void> {
    this.busy = true;
    this.problem = "";
    try {
      await action();
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
