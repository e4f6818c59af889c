import { css, html, LitElement, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import "../episodes/clip-video";
import { media } from "../state/session";
import { clock, clockSeconds } from "../time/words";
import "../ui/dialog";
import { base, buttons } from "../ui/styles";

const LENGTH_MS = 120_000;

/** Plays a camera's recording from a moment on, two minutes at a time. Fires `close`. */
@customElement("nc-moment-dialog")
export class MomentDialog extends LitElement {
  static override styles = [
    base,
    buttons,
    css`
      nc-dialog {
        --dialog-width: 900px;
        --dialog-padding: 0;
      }
    `,
  ];

  @property() camera = "";
  @property() name = "";
  @property({ type: Number }) at = 0;

  override render(): TemplateResult {
    const end = Math.min(this.at + LENGTH_MS, Date.now());
    return html`<nc-dialog
      footer
      .heading=${`${this.name}, from ${clockSeconds(this.at)}`}
      @close=${() => this.dispatchEvent(new CustomEvent("close"))}
    >
      <nc-clip-video
        .path=${media.clip(this.camera, this.at, end)}
        .description=${`Recording of ${this.name} from ${clockSeconds(this.at)}`}
      ></nc-clip-video>
      <button slot="footer" @click=${() => (this.at -= LENGTH_MS)}>
        From ${clock(this.at - LENGTH_MS)}
      </button>
      <button
        slot="footer"
        ?disabled=${this.at + LENGTH_MS >= Date.now()}
        @click=${() => (this.at += LENGTH_MS)}
      >
        From ${clock(this.at + LENGTH_MS)}
      </button>
    </nc-dialog>`;
  }
}
