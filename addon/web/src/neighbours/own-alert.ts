import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { OwnAlert, OwnAlertState, Statement } from "../api/neighbours";
import { decided, moment, openedBy } from "../hub/words";
import { client } from "../state/session";
import { Action, spoken } from "../ui/action";
import { base, buttons, fields } from "../ui/styles";

const STATES: Readonly<Record<OwnAlertState, string>> = {
  waiting: "Waits to be sent",
  sent: "The hub has it",
  review: "A steward looks at it first",
  shown: "Neighbours can read it",
  hidden: "Neighbours cannot read it now",
  missing: "The hub took it, and shows it to nobody",
};
const AWAY: readonly Statement["decision"][] = ["refused", "upheld"];

/** One alert of this home: why stewards decided as they did, and the way to an appeal. */
@customElement("nc-own-alert")
export class OwnAlertItem extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    css`
      article,
      form,
      ol {
        display: grid;
        gap: var(--space-2);
      }
      article {
        padding: var(--space-3) 0;
        border-top: 1px solid var(--line);
      }
      li {
        padding-inline-start: var(--space-3);
        border-inline-start: 3px solid var(--line-strong);
        overflow-wrap: anywhere;
      }
      textarea {
        min-height: 72px;
        resize: both;
      }
    `,
  ];

  @property({ attribute: false }) alert!: OwnAlert;
  @state() private found: readonly Statement[] | null = null;
  @state() private appealed = false;
  private readonly asking = new Action(this);
  private readonly appealing = new Action(this);

  override render(): TemplateResult {
    const { headline, state, expires } = this.alert;
    return html`<article aria-label=${headline}>
      <div class="row">
        <p><b>${headline}</b></p>
        <button class="plain push" ?disabled=${this.asking.busy} @click=${this.ask}>
          What did stewards decide?
        </button>
      </div>
      <p class="soft small">
        ${STATES[state]} · until ${moment(expires)}
      </p>
      ${state === "missing" ? this.renderMissing() : nothing}
      <p class="problem" role="alert">${this.asking.problem || nothing}</p>
      <div role="status">${this.found === null ? nothing : this.renderFound(this.found)}</div>
    </article>`;
  }

  private renderMissing(): TemplateResult {
    return html`<p class="notice">
      The hub said that neighbours can read it. But all homes read the same feed, and it is not in
      it. Tell your neighbours another way, and ask your stewards why.
    </p>`;
  }

  private renderFound(found: readonly Statement[]): TemplateResult {
    const last = found.at(-1);
    if (last === undefined)
      return html`<p class="small">They decided nothing yet. What they look at first waits here.</p>`;
    const isOver = found.some(({ opened_by }) => opened_by === "appeal") || this.appealed;
    return html`<ol role="list" aria-label="Decisions">
        ${found.map(
          (each) => html`<li>
            <p><b>${decided(each.decision)}</b></p>
            <p class="soft small">${openedBy(each.opened_by)} · ${moment(each.decided)}</p>
            <p class="small">Rule: ${each.rule}</p>
            <p class="small">It rests on: ${each.fact}</p>
          </li>`,
        )}
      </ol>
      ${this.appealed ? html`<p><b>You asked for another look.</b> Another steward decides.</p>` : nothing}
      ${AWAY.includes(last.decision) && !isOver ? this.renderAppeal() : nothing}`;
  }

  private renderAppeal(): TemplateResult {
    return html`<form @submit=${this.appeal} aria-label="Appeal">
      <label>
        Why is that wrong? (only stewards read it)
        <textarea name="reason" required maxlength="300"></textarea>
      </label>
      <p class="problem" role="alert">${this.appealing.problem || nothing}</p>
      <div class="row"><button class="primary" ?disabled=${this.appealing.busy}>Ask for another look</button></div>
    </form>`;
  }

  private async ask(): Promise<void> {
    await this.asking.run(async () => {
      this.found = await client.statements(this.alert.id);
    });
  }

  private async appeal(event: SubmitEvent): Promise<void> {
    const reason = spoken(event)("reason");
    this.appealed = await this.appealing.run(() => client.appeal(this.alert.id, reason));
  }
}
