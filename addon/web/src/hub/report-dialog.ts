import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { Action, spoken } from "../ui/action";
import "../ui/dialog";
import { base, buttons, fields } from "../ui/styles";
import { panel } from "./hub-style";
import { client } from "./session";
import "./statements";

const GROUNDS = [
  "Somebody can be recognised",
  "It says where somebody lives, or another private thing",
  "It is not true",
  "It insults or threatens somebody",
  "It is against the law",
  "Something else",
] as const;
const REASON_LIMIT = 300;

/** Has stewards look at an alert or a comment; nothing is hidden by it. Fires `close`. */
@customElement("nc-hub-report")
export class ReportDialog extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    panel,
    css`
      fieldset {
        display: grid;
      }
      legend {
        margin-bottom: var(--space-1);
        padding: 0;
        font-size: var(--text-s);
        font-weight: 550;
      }
      .ground {
        display: flex;
        align-items: center;
        gap: var(--space-3);
        min-height: 40px;
        font-size: var(--text-m);
        font-weight: 400;
      }
    `,
  ];

  /** The alert below which it stands, or which it is. */
  @property() alert = "";
  /** What is looked at: an alert or a comment, and its words. */
  @property() subject = "";
  @property() about = "";
  @state() private done = false;
  private readonly action = new Action(this);

  override render(): TemplateResult {
    const heading = this.subject === this.alert ? "Report this alert" : "Report this comment";
    return html`<nc-dialog heading=${heading} footer @close=${this.leave}>
      ${this.done ? this.renderDone() : this.renderForm()}
    </nc-dialog>`;
  }

  private renderForm(): TemplateResult {
    return html`
      <form id="report" class="stack" @submit=${this.submit}>
        <p class="words">“${this.about}”</p>
        ${
          this.subject === this.alert
            ? html`<nc-hub-statements quiet .alert=${this.alert}></nc-hub-statements>`
            : nothing
        }
        <fieldset>
          <legend>What is wrong with it?</legend>
          ${GROUNDS.map(
            (ground) => html`<label class="ground">
              <input type="radio" name="ground" required value=${ground} />${ground}
            </label>`,
          )}
        </fieldset>
        <label>
          In your words (optional)
          <textarea name="more" maxlength=${REASON_LIMIT - 80}></textarea>
          <span class="hint">
            Only stewards read it. It is not said who reports; it stays as it is until they
            decide, with public reasons.
          </span>
        </label>
        <p class="problem" role="alert">${this.action.problem || nothing}</p>
      </form>
      <div slot="footer" class="row">
        <button class="primary" ?disabled=${this.action.busy} @click=${this.press}>
          ${this.action.busy ? "Sending…" : "Have stewards look at it"}
        </button>
        <button class="plain" @click=${this.leave}>Leave it</button>
      </div>
    `;
  }

  private renderDone(): TemplateResult {
    return html`
      <p role="status">
        Stewards look at it. What they decide, and by which rule, is public:
        <a href=${`./#decisions=${this.alert}`} @click=${this.leave}>Decisions about this alert</a>.
      </p>
      <button slot="footer" class="primary" @click=${this.leave}>Good</button>
    `;
  }

  private press(): void {
    this.renderRoot.querySelector<HTMLFormElement>("#report")?.requestSubmit();
  }

  private async submit(event: SubmitEvent): Promise<void> {
    const said = spoken(event);
    const reason = [said("ground"), said("more")].filter((each) => each !== "").join(": ");
    const cut = [...reason].slice(0, REASON_LIMIT).join("");
    this.done = await this.action.run(() => client.report(this.subject, cut));
  }

  private leave(): void {
    this.dispatchEvent(new CustomEvent("close"));
  }
}
