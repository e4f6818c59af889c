import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { client } from "../state/session";
import { base, buttons, fields } from "../ui/styles";
import { Doing } from "./doing";
import { neighbourly } from "./style";

/** Has stewards look at an alert, or at a comment below it. Fires `done`. */
@customElement("nc-report")
export class Report extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    neighbourly,
    css`
      form {
        display: grid;
        gap: var(--space-3);
      }
    `,
  ];

  @property() alert = "";
  @property() comment = "";
  @property() what = "this";
  @query("textarea") private text!: HTMLTextAreaElement;
  private readonly doing = new Doing(this);

  override firstUpdated(): void {
    this.text.focus();
  }

  override render(): TemplateResult {
    return html`<form class="sunk" @submit=${this.send}>
      ${this.doing.problem === "" ? nothing : html`<p class="notice" role="alert">${this.doing.problem}</p>`}
      <label>What is wrong with ${this.what}? Stewards read it, nobody else.
        <textarea name="reason" maxlength="300" required rows="2"></textarea>
      </label>
      <div class="row">
        <button class="primary" ?disabled=${this.doing.busy}>Report to the stewards</button>
        <button type="button" class="plain" @click=${this.done}>Leave it</button>
      </div>
    </form>`;
  }

  private async send(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const reason = this.text.value.trim();
    const comment = this.comment === "" ? undefined : this.comment;
    if (await this.doing.tell(() => client.report(this.alert, reason, comment), "Reported"))
      this.done();
  }

  private done(): void {
    this.dispatchEvent(new CustomEvent("done"));
  }
}
