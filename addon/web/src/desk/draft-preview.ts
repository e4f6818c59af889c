import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import "../ui/dialog";
import { base, buttons, fields } from "../ui/styles";
import { sheet } from "./style";
import { T } from "./texts";

/** What would be signed, to the letter. Fires `sign`, or `close` once the person goes back to the draft. */
@customElement("nc-desk-preview")
export class DraftPreview extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    sheet,
    css`
      nc-dialog {
        --dialog-width: 760px;
      }
    `,
  ];

  @property() text = "";
  @property() problem = "";
  /** What the button says that signs. */
  @property() yes = "";
  @property({ type: Boolean }) busy = false;

  override render(): TemplateResult {
    return html`<nc-dialog heading=${T.request.previewTitle} footer @close=${() => this.fire("close")}>
      <div class="stack">
        <slot></slot>
        <pre tabindex="0">${this.text}</pre>
        <p class="problem" role="alert">${this.problem || nothing}</p>
      </div>
      <div slot="footer" class="row">
        <button class="primary" ?disabled=${this.busy} @click=${() => this.fire("sign")}>${this.yes}</button>
        <button class="plain" @click=${() => this.fire("close")}>${T.request.back}</button>
      </div>
    </nc-dialog>`;
  }

  private fire(name: "sign" | "close"): void {
    this.dispatchEvent(new CustomEvent(name));
  }
}
