import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { client } from "../state/session";
import { base } from "./styles";

/** A picture of the engine, fetched with the token once it is on screen. */
@customElement("nc-picture")
export class Picture extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        overflow: hidden;
        background: var(--stage);
      }
      img {
        display: block;
        width: 100%;
        height: 100%;
        object-fit: cover;
      }
    `,
  ];

  @property() path = "";
  @property() alt = "";
  @state() private address: string | null = null;
  private seen = false;
  private readonly eye = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    this.seen = true;
    this.eye.disconnect();
    void this.load();
  });

  override connectedCallback(): void {
    super.connectedCallback();
    if (!this.seen) this.eye.observe(this);
    else void this.load();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.eye.disconnect();
    this.show(null);
  }

  override updated(changed: PropertyValues<this>): void {
    if (changed.has("path") && this.seen) void this.load();
  }

  override render(): TemplateResult | typeof nothing {
    if (this.address === null) return nothing;
    return html`<img src=${this.address} alt=${this.alt} @load=${this.loaded} />`;
  }

  private async load(): Promise<void> {
    const path = this.path;
    if (path === "") return this.show(null);
    const address = await client.picture(path).catch(() => null);
    if (address !== null && (path !== this.path || !this.isConnected))
      return URL.revokeObjectURL(address);
    this.show(address);
  }

  private show(address: string | null): void {
    if (this.address !== null) URL.revokeObjectURL(this.address);
    this.address = address;
  }

  private loaded(event: Event): void {
    const { naturalWidth, naturalHeight } = event.target as HTMLImageElement;
    this.dispatchEvent(
      new CustomEvent("loaded", { detail: { width: naturalWidth, height: naturalHeight } }),
    );
  }
}
