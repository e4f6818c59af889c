import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { client, home, media } from "../state/session";
import { base } from "../ui/styles";
import { LivePlayer, type LiveStatus } from "./player";

const SNAPSHOT_MS = 2_000;

/**
 * The moving picture of one camera: video where the browser can, else pictures every
 * two seconds. Off screen or in a hidden tab it is closed. Fires `status`.
 */
@customElement("nc-live-video")
export class LiveVideo extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        position: relative;
        background: var(--stage);
      }
      video,
      img {
        position: absolute;
        inset: 0;
        width: 100%;
        height: 100%;
        object-fit: contain;
      }
    `,
  ];

  @property() camera = "";
  @property() name = "";
  @property({ type: Boolean }) sub = false;
  @property({ type: Boolean }) active = false;
  @property({ type: Boolean }) sound = false;
  @state() private status: LiveStatus = { kind: "waiting", reason: "" };
  @state() private still: string | null = null;
  @query("video") private video!: HTMLVideoElement;
  private player: LivePlayer | null = null;
  private stills = 0;
  private onScreen = false;
  private online = true;
  private unwatch = (): void => {};
  private readonly eye = new IntersectionObserver((entries) => {
    this.onScreen = entries.at(-1)?.isIntersecting ?? false;
    this.follow();
  });

  override connectedCallback(): void {
    super.connectedCallback();
    this.eye.observe(this);
    document.addEventListener("visibilitychange", this.follow);
    this.unwatch = home.watch(() => this.listen());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.eye.disconnect();
    document.removeEventListener("visibilitychange", this.follow);
    this.unwatch();
    this.onScreen = false;
    this.follow();
    this.show(null);
  }

  override updated(changed: PropertyValues<this>): void {
    if (changed.has("active") || changed.has("camera") || changed.has("sub")) {
      this.close();
      this.follow();
    }
  }

  override render(): TemplateResult {
    return html`
      <video muted ?autoplay=${true} playsinline .muted=${!this.sound}
        aria-label="Live video of ${this.name}"></video>
      ${
        this.still !== null && this.status.kind !== "playing"
          ? html`<img src=${this.still} alt="Latest picture of ${this.name}" />`
          : nothing
      }
    `;
  }

  private follow = (): void => {
    if (!this.hasUpdated) return;
    const wanted = this.active && this.onScreen && !document.hidden;
    if (wanted && this.player === null) this.open();
    if (!wanted) this.close();
  };

  /** When the engine is back, video need not sit out its pause between tries. */
  private listen(): void {
    const online = home.value.connection === "online";
    if (online && !this.online) this.player?.hurry();
    this.online = online;
  }

  private open(): void {
    this.player = new LivePlayer(
      client,
      this.camera,
      this.sub ? ["main", "sub"] : ["main"],
      this.video,
      (status) => this.become(status),
    );
    this.player.start();
    // A still at once: video needs a moment until its first key frame.
    void this.refresh();
  }

  private close(): void {
    this.player?.stop();
    this.player = null;
    window.clearTimeout(this.stills);
    this.become({ kind: "waiting", reason: "" });
  }

  private become(status: LiveStatus): void {
    if (status.kind === this.status.kind && status.kind === "playing") return;
    this.status = status;
    this.dispatchEvent(new CustomEvent("status", { detail: status }));
  }

  private async refresh(): Promise<void> {
    const { player } = this;
    window.clearTimeout(this.stills);
    const picture = await client.picture(media.snapshot(this.camera)).catch(() => null);
    if (player !== this.player || !this.isConnected) {
      if (picture !== null) URL.revokeObjectURL(picture);
      return;
    }
    if (picture !== null) this.show(picture);
    if (this.status.kind === "playing" || player === null) return;
    this.stills = window.setTimeout(() => void this.refresh(), SNAPSHOT_MS);
  }

  private show(address: string | null): void {
    if (this.still !== null) URL.revokeObjectURL(this.still);
    this.still = address;
  }
}
