import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { words } from "../api/client";
import { client } from "../state/session";
import { base } from "../ui/styles";

/** Plays a recorded clip by its path, over an address that is signed for it. */
@customElement("nc-clip-video")
export class ClipVideo extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        position: relative;
        aspect-ratio: 16 / 9;
        background: var(--stage);
        color: var(--stage-ink);
      }
      video {
        display: block;
        width: 100%;
        height: 100%;
        object-fit: contain;
      }
      p {
        position: absolute;
        inset: 0;
        display: grid;
        place-content: center;
        padding: var(--space-5);
        text-align: center;
        font-size: var(--text-s);
      }
    `,
  ];

  @property() path = "";
  @property() description = "";
  @state() private address = "";
  @state() private problem = "";

  override updated(changed: PropertyValues<this>): void {
    if (changed.has("path")) void this.load();
  }

  override render(): TemplateResult {
    return html`
      ${
        this.address === ""
          ? nothing
          : html`<video
              src=${this.address}
              controls
              autoplay
              playsinline
              .muted=${true}
              aria-label=${this.description}
              @error=${this.failed}
            ></video>`
      }
      ${this.problem === "" ? nothing : html`<p role="alert">${this.problem}</p>`}
    `;
  }

  private async load(): Promise<void> {
    const { path } = this;
    this.problem = "";
    this.address = "";
    if (path === "") return;
    try {
      const address = await client.sign(path);
      if (path === this.path) this.address = address;
    } catch (error) {
      if (path === this.path) this.problem = words(error);
    }
  }

  private async failed(event: Event): Promise<void> {
    const { error } = event.target as HTMLVideoElement;
    const { address } = this;
    if (error === null || address === "") return;
    // The media element hides why: ask for the first byte to tell a missing clip from a codec.
    const reason = await client.reasonOf(address);
    if (address !== this.address) return;
    this.address = "";
    this.problem =
      reason ??
      "This browser cannot play the clip, perhaps because it is HEVC. Download it to see it in a video player.";
  }
}
