import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, query, state } from "lit/decorators.js";
import { icon } from "./icon";
import { base, buttons, fields } from "./styles";

const LARGEST = 1000;
const LOOK_EVERY_MS = 250;

/** Reads a QR code with this device's camera, or from a photo. Nothing of it is sent. Fires `found`. */
@customElement("nc-qr-scan")
export class QrScan extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    css`
      video {
        width: min(100%, 320px);
        border-radius: var(--radius-m);
        background: var(--stage);
      }
      .file {
        position: relative;
        cursor: pointer;
      }
      .file:has(:focus-visible) {
        outline: 2px solid var(--accent);
        outline-offset: 2px;
      }
      .file input {
        position: absolute;
        inset: 0;
        min-height: 0 !important;
        opacity: 0;
        cursor: pointer;
      }
    `,
  ];

  @state() private problem = "";
  @state() private stream: MediaStream | null = null;
  @query("video") private video!: HTMLVideoElement;
  private clock = 0;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.stop();
  }

  override render(): TemplateResult {
    return html`<div class="stack">
      ${
        this.stream === null
          ? html`<div class="row">
              ${canFilm() ? html`<button type="button" @click=${this.film}>${icon("camera", 16)}Scan the QR code</button>` : nothing}
              <label class="button file">${icon("search", 16)}Read it from a photo
                <input type="file" accept="image/*" capture="environment" @change=${this.read} />
              </label>
            </div>`
          : html`<video autoplay muted playsinline aria-label="What this device's camera sees"></video>
              <div class="row"><button type="button" @click=${this.stop}>Stop</button></div>`
      }
      ${this.problem === "" ? nothing : html`<p class="problem" role="alert">${this.problem}</p>`}
    </div>`;
  }

  private async film(): Promise<void> {
    this.problem = "";
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch {
      this.problem = "This device's camera may not be used here. Take a photo, or paste the link.";
      return;
    }
    await this.updateComplete;
    this.video.srcObject = this.stream;
    this.clock = window.setInterval(() => void this.look(), LOOK_EVERY_MS);
  }

  private async look(): Promise<void> {
    const { videoWidth, videoHeight } = this.video ?? {};
    if (!videoWidth || !videoHeight) return;
    const text = await decoded(this.video, videoWidth, videoHeight);
    if (text !== null && this.stream !== null) this.tell(text);
  }

  private async read(event: Event): Promise<void> {
    const [photo] = (event.target as HTMLInputElement).files ?? [];
    if (photo === undefined) return;
    this.problem = "";
    const picture = await createImageBitmap(photo).catch(() => null);
    const text = picture === null ? null : await decoded(picture, picture.width, picture.height);
    if (text === null) this.problem = "No QR code was found in this photo. Take it from nearer, or paste the link.";
    else this.tell(text);
  }

  private tell(text: string): void {
    this.stop();
    this.dispatchEvent(new CustomEvent("found", { detail: text }));
  }

  private stop(): void {
    window.clearInterval(this.clock);
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
  }
}

/** A page without https, and one within another's frame, may not film. */
const canFilm = (): boolean => navigator.mediaDevices !== undefined;

async function decoded(picture: CanvasImageSource, wide: number, high: number): Promise<string | null> {
  const { decodeQR } = await import("qr/decode.js");
  const scale = Math.min(1, LARGEST / Math.max(wide, high));
  const [width, height] = [Math.round(wide * scale), Math.round(high * scale)];
  const pen = new OffscreenCanvas(width, height).getContext("2d");
  if (pen === null) return null;
  pen.drawImage(picture, 0, 0, width, height);
  try {
    return decodeQR(pen.getImageData(0, 0, width, height));
  } catch {
    return null; // there is none in it
  }
}
