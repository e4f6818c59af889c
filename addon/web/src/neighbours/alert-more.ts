import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { type NeighbourAlert, SEVERITIES, type Severity } from "../api/neighbours";
import { client } from "../state/session";
import { base, buttons, fields } from "../ui/styles";
import { Doing } from "./doing";
import { neighbourly } from "./style";
import { severityWord } from "./words";

/** Says more about an alert of this home: a newer version takes its place. Fires `done`. */
@customElement("nc-alert-more")
export class AlertMore extends LitElement {
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

  @property({ attribute: false }) alert!: NeighbourAlert;
  private readonly doing = new Doing(this);

  override render(): TemplateResult {
    const { alert } = this;
    return html`<form class="sunk" aria-label="What you know now" @submit=${this.send}>
      ${this.doing.problem === "" ? nothing : html`<p class="notice" role="alert">${this.doing.problem}</p>`}
      <label>What happened?
        <input name="headline" maxlength="80" required autocomplete="off" .value=${alert.headline} />
      </label>
      <label>More
        <textarea name="text" maxlength="1000" rows="4" .value=${alert.text}></textarea>
      </label>
      <label>What should they do?
        <input name="instruction" maxlength="300" autocomplete="off" .value=${alert.instruction} />
      </label>
      <label>How grave is it?
        <select name="severity">
          ${SEVERITIES.map((each) => html`<option value=${each} ?selected=${each === alert.severity}>${severityWord(each)}</option>`)}
        </select>
      </label>
      <p class="hint">
        These words take the place of those above, for everybody who has the alert.
        ${alert.media.length > 0 ? "Its pictures are not shown any more." : nothing}
      </p>
      <div class="row">
        <button class="primary" ?disabled=${this.doing.busy}>Tell it</button>
        <button type="button" class="plain" @click=${this.done}>Leave it</button>
      </div>
    </form>`;
  }

  private async send(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const said = (name: string): string => String(form.get(name) ?? "").trim();
    const change = {
      headline: said("headline"),
      text: said("text"),
      instruction: said("instruction"),
      severity: said("severity") as Severity,
    };
    if (await this.doing.tell(() => client.updateAlert(this.alert.id, change), "On its way"))
      this.done();
  }

  private done(): void {
    this.dispatchEvent(new CustomEvent("done"));
  }
}
