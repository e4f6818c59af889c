import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { Action, spoken } from "../ui/action";
import { base, buttons, fields } from "../ui/styles";
import { panel } from "./hub-style";

/** Refuses what an agency sent, by a rule and a fact that are public. Fires `decided`. */
@customElement("nc-hub-refusal")
export class RefusalForm extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    panel,
    css`
      form {
        display: grid;
        gap: var(--space-3);
      }
    `,
  ];

  @property({ attribute: false }) rules: readonly string[] = [];
  @property({ attribute: false }) refuse!: (rule: string, fact: string) => Promise<void>;
  private readonly action = new Action(this);

  override render(): TemplateResult {
    return html`<form @submit=${this.submit} aria-label="Refuse">
      <label>
        Rule (public)
        <input name="rule" required maxlength="300" list="rules" autocomplete="off" />
        <datalist id="rules">${this.rules.map((rule) => html`<option value=${rule}></option>`)}</datalist>
      </label>
      <label>
        What it rests on (public)
        <textarea name="fact" required maxlength="300"></textarea>
        <span class="hint">Both stand in the log for good, with your name. Repeat nothing of the text.</span>
      </label>
      <p class="problem" role="alert">${this.action.problem || nothing}</p>
      <div class="row"><button class="danger" ?disabled=${this.action.busy}>Refuse</button></div>
    </form>`;
  }

  private async submit(event: SubmitEvent): Promise<void> {
    const said = spoken(event);
    const done = await this.action.run(() => this.refuse(said("rule"), said("fact")));
    if (done) this.dispatchEvent(new CustomEvent("decided"));
  }
}
