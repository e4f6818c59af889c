import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { base } from "../ui/styles";
import { client } from "./session";
import type { MediaItem } from "./types";

/** A picture or clip of an alert, fetched once it is on screen. */
@customElement("nc-hub-media")
export class HubMedia extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        min-height: 40px;
        overflow: hidden;
        border-radius: var(--radius-m);
        background: var(--surface-sunk);
      }
      img,
      video {
        display: block;
        width: 100%;
        max-height: 420px;
        object-fit: contain;
        background: var(--stage);
      }
      p {
        padding: var(--space-3) var(--space-4);
      }
    `,
  ];

  @property() alert = "";
  @property({ attribute: false }) item!: MediaItem;
  @property() alt = "";
  @state() private address: string | null = null;
  @state() private missing = false;
  private loading = "";
  private readonly eye = new IntersectionObserver((entries) => {
    if (entries.some((entry) => entry.isIntersecting)) void this.load();
  });

  override connectedCallback(): void {
    super.connectedCallback();
    this.eye.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.eye.disconnect();
    this.loading = "";
    this.show(null);
  }

  override updated(changed: PropertyValues<this>): void {
    if (changed.get("item") !== undefined && this.loading !== this.name) {
      this.eye.unobserve(this);
      this.eye.observe(this);
    }
  }

  override render(): TemplateResult | typeof nothing {
    if (this.missing) return html`<p class="small soft">${this.alt}: it is not here any more.</p>`;
    if (this.address === null) return nothing;
    return this.item.kind === "clip"
      ? html`<video src=${this.address} aria-label=${this.alt} controls playsinline></video>`
      : html`<img src=${this.address} alt=${this.alt} />`;
  }

  private get name(): string {
    return `${this.alert}/${this.item.sha256}`;
  }

  private async load(): Promise<void> {
    const { name } = this;
    if (this.loading === name) return;
    this.loading = name;
    this.missing = false;
    const address = await client.media(this.alert, this.item).catch(() => null);
    if (this.loading !== name) {
      if (address !== null) URL.revokeObjectURL(address);
      return;
    }
    this.missing = address === null;
    this.show(address);
  }

  private show(address: string | null): void {
    if (this.address !== null) URL.revokeObjectURL(this.address);
    this.address = address;
  }
}
