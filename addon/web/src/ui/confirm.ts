import { html, LitElement, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { base, buttons } from "./styles";

/** A button that asks once more, in place, before it fires `confirmed`. */
@customElement("nc-confirm")
export class Confirm extends LitElement {
  static override styles = [base, buttons];

  @property() question = "Really?";
  @property() yes = "Yes, delete";
  @property() no = "Keep it";
  /** How the button looks before it asks; what is destroyed warns from the start. */
  @property() tone: "danger" | "primary" | "" = "danger";
  @property({ type: Boolean }) disabled = false;
  @state() private asking = false;

  override render(): TemplateResult {
    if (!this.asking)
      return html`<button class=${this.tone} ?disabled=${this.disabled} @click=${this.ask}>
        <slot></slot>
      </button>`;
    return html`<div class="row" role="group" aria-label=${this.question}>
      <span class="small">${this.question}</span>
      <button class=${`${this.tone || "primary"} yes`} @click=${this.confirm}>${this.yes}</button>
      <button class="plain" @click=${() => (this.asking = false)}>${this.no}</button>
    </div>`;
  }

  private async ask(): Promise<void> {
    this.asking = true;
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>(".yes")?.focus();
  }

  private confirm(): void {
    this.asking = false;
    this.dispatchEvent(new CustomEvent("confirmed"));
  }
}
