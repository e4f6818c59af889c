import { css, html, LitElement, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { panel } from "../hub/hub-style";
import { base, buttons, fields } from "../ui/styles";
import { sheet } from "./style";
import { T } from "./texts";

/** A text that is to be carried to another machine: to copy, or to save as a file. */
@customElement("nc-carry-out")
export class CarryOut extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    panel,
    sheet,
    css`
      :host {
        display: grid;
        gap: var(--space-2);
      }
    `,
  ];

  @property() text = "";
  @property() file = "carried.txt";
  @property() label = "";
  @state() private said = "";
  @query("textarea") private area!: HTMLTextAreaElement;

  override render(): TemplateResult {
    return html`
      <label>${this.label}<textarea class="code" readonly rows="3" .value=${this.text} @focus=${() => this.area.select()}></textarea></label>
      <div class="row">
        <button class="primary" @click=${this.copy}>${T.carry.copy}</button>
        <button @click=${this.save}>${T.carry.download}</button>
        <span class="hint" role="status">${this.said}</span>
      </div>
    `;
  }

  private async copy(): Promise<void> {
    this.area.select();
    try {
      await navigator.clipboard.writeText(this.text);
      this.said = T.carry.copied;
    } catch {
      this.said = T.carry.selected;
    }
  }

  private save(): void {
    saveFile(new Blob([`${this.text}\n`], { type: "text/plain" }), this.file);
  }
}

/** A text that came from another machine: pasted, or out of a file. Fires `read`. */
@customElement("nc-carry-in")
export class CarryIn extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    panel,
    sheet,
    css`
      form {
        gap: var(--space-2);
      }
      input[type="file"] {
        min-height: 40px;
        padding: var(--space-2) !important;
        font-size: var(--text-s) !important;
      }
      .file {
        flex: 1 1 220px;
        font-weight: 400;
      }
    `,
  ];

  @property() label = "";
  @property() action: string = T.carry.read;
  @property() accept = "";
  @property({ type: Boolean }) disabled = false;
  @query("textarea") private area!: HTMLTextAreaElement;

  override render(): TemplateResult {
    return html`<form @submit=${this.read}>
      <label>${this.label}<textarea class="code" rows="3" required spellcheck="false"></textarea></label>
      <div class="row">
        <label class="file"><span class="hint">${T.carry.file}</span><input type="file" accept=${this.accept} @change=${this.load} /></label>
        <button class="primary" ?disabled=${this.disabled}>${this.action}</button>
      </div>
    </form>`;
  }

  private async load(event: Event): Promise<void> {
    const file = (event.target as HTMLInputElement).files?.[0];
    if (file !== undefined) this.area.value = (await file.text()).trim();
  }

  private read(event: SubmitEvent): void {
    event.preventDefault();
    const detail = this.area.value.trim();
    this.dispatchEvent(new CustomEvent("read", { detail }));
  }
}

/** Let the browser save bytes as a file. */
export function saveFile(data: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(data);
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
