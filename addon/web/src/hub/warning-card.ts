import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { Action } from "../ui/action";
import { categoryIcon } from "../ui/category-icon";
import { base, buttons, fields } from "../ui/styles";
import "./checklist";
import { panel } from "./hub-style";
import { provePasskey } from "./passkey";
import "./refusal-form";
import { client } from "./session";
import type { Warning } from "./types";
import { categoryWord, moment, plural } from "./words";

const CHECKS = [
  "It warns, and asks nobody for pictures or information",
  "Nobody is named or described whose family would not want everybody to read it",
  "It helps the people who live there now",
];
const RULES = [
  "It asks for pictures or information",
  "It describes or names somebody",
  "It is an advertisement of the agency",
  "It warns of nothing",
];

/** What an agency wants to warn of, for a steward to let through or refuse. Fires `decided`. */
@customElement("nc-hub-warning")
export class WarningCard extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    panel,
    css`
      article {
        display: grid;
        gap: var(--space-3);
      }
      .text {
        display: grid;
        gap: var(--space-2);
        padding: var(--space-4);
        border-radius: var(--radius-m);
        background: var(--surface-sunk);
      }
      summary {
        padding: var(--space-2) 0;
        cursor: pointer;
        font-size: var(--text-s);
        font-weight: 550;
      }
    `,
  ];

  @property({ attribute: false }) warning!: Warning;
  @state() private looked = false;
  private readonly action = new Action(this);

  override render(): TemplateResult {
    const { alert: signed, agency, findings, context } = this.warning;
    const { alert } = signed;
    return html`<article class="panel" aria-labelledby="title">
      <div class="row">
        <h3 id="title">${agency} warns: ${categoryWord(alert.category)}</h3>
        <span class="badge push">${alert.msgType === "update" ? "new version" : "not shown yet"}</span>
      </div>
      <div class="text">
        <p class="row small">${categoryIcon(alert.category)}<b class="words">${alert.headline}</b></p>
        ${alert.text === "" ? nothing : html`<p class="words">${alert.text}</p>`}
        ${alert.instruction === "" ? nothing : html`<p class="words"><b>What to do:</b> ${alert.instruction}</p>`}
      </div>
      ${
        context.before === null
          ? nothing
          : html`<p class="small words">Before it said: “${context.before.headline}” ${context.before.text}</p>`
      }
      ${
        findings.length === 0
          ? nothing
          : html`<ul class="notice">${findings.map(({ words, advice }) => html`<li>“${words}”: ${advice}</li>`)}</ul>`
      }
      <p class="small soft">
        Until ${moment(alert.expires)}, signed by ${signed.officer.certificate.name}. Today
        ${context.today} of ${context.most}; ${plural(context.recent.length, "alert")} in 30 days,
        ${context.refused} refused ever.
      </p>
      <nc-hub-checklist
        .items=${CHECKS}
        @whole=${({ detail }: CustomEvent<boolean>) => (this.looked = detail)}
      ></nc-hub-checklist>
      <p class="problem" role="alert">${this.action.problem || nothing}</p>
      <div class="row">
        <button class="primary" ?disabled=${this.action.busy || !this.looked} @click=${this.approve}>
          Let it through with your passkey
        </button>
      </div>
      <details>
        <summary>Refuse it</summary>
        <nc-hub-refusal
          .rules=${RULES}
          .refuse=${(rule: string, fact: string) => client.refuseWarning(this.warning.sha256, rule, fact)}
          @decided=${this.decided}
        ></nc-hub-refusal>
      </details>
    </article>`;
  }

  private async approve(): Promise<void> {
    const { sha256 } = this.warning;
    const done = await this.action.run(async () => {
      const options = await client.approvalOptions("agency-alert", sha256);
      await client.approveWarning(sha256, await provePasskey(options));
    });
    if (done) this.decided();
  }

  private decided(): void {
    this.dispatchEvent(new CustomEvent("decided"));
  }
}
