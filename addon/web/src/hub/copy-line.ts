import { css, html, LitElement, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { base, buttons, fields } from "../ui/styles";

/** A text that is to be taken elsewhere, with a button that copies it. */
@customElement("nc-hub-copy")
export class CopyLine extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    css`
      .line {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-2);
      }
      input {
        flex: 1 1 220px;
        width: auto !important;
        min-width: 0;
        font-size: var(--text-s) !important;
        text-overflow: ellipsis;
      }
      button {
        min-height: 44px;
      }
    `,
  ];

  @property() text = "";
  @property() label = "Link";
  @state() private said = "";
  @query("input") private input!: HTMLInputElement;

  override render(): TemplateResult {
    return html`
      <label for="text">${this.label}</label>
      <div class="line">
        <input id="text" readonly .value=${this.text} @focus=${() => this.input.select()} />
        <button class="primary" @click=${this.copy}>Copy</button>
      </div>
      <p class="hint" role="status">${this.said}</p>
    `;
  }

  private async copy(): Promise<void> {
    this.input.select();
    try {
      await navigator.clipboard.writeText(this.text);
      this.said = "Copied.";
    } catch {
      // Without https, or when the person said no, there is no clipboard: the text is selected.
      this.said = "Press Ctrl+C, or hold the selected text and choose Copy.";
    }
  }
}
