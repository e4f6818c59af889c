import { css, html, LitElement, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { base, fields } from "../ui/styles";

/** What a person has looked at; fires `whole` with whether all of it is ticked. */
@customElement("nc-hub-checklist")
export class Checklist extends LitElement {
  static override styles = [
    base,
    fields,
    css`
      fieldset {
        display: grid;
      }
      legend {
        margin-bottom: var(--space-1);
        padding: 0;
        font-size: var(--text-s);
        font-weight: 600;
      }
      label {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        gap: var(--space-3);
        align-items: center;
        min-height: 40px;
        padding: var(--space-1) 0;
        font-weight: 400;
      }
      input {
        width: 18px;
        height: 18px;
        margin: 0;
      }
    `,
  ];

  @property({ attribute: false }) items: readonly string[] = [];
  @state() private ticked: ReadonlySet<string> = new Set();

  override render(): TemplateResult {
    return html`<fieldset>
      <legend>No program can judge this. Did you?</legend>
      ${this.items.map(
        (each) => html`<label>
          <input type="checkbox" .checked=${this.ticked.has(each)} @change=${() => this.tick(each)} />
          ${each}
        </label>`,
      )}
    </fieldset>`;
  }

  private tick(each: string): void {
    const next = new Set(this.ticked);
    if (!next.delete(each)) next.add(each);
    this.ticked = next;
    const detail = this.items.every((item) => next.has(item));
    this.dispatchEvent(new CustomEvent("whole", { detail }));
  }
}
