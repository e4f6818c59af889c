import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { words } from "../api/client";
import { base, buttons, fields } from "../ui/styles";
import { panel } from "./hub-style";
import { provePasskey } from "./passkey";
import "./refusal-form";
import { client } from "./session";
import type { Application } from "./types";
import { moment } from "./words";

const RULES = [
  "its domain is not an agency's",
  "nobody there knew of it",
  "its district is not ours",
  "a body of a kind that we do not take",
];

/** An agency that wants to join: domain, call-back, approval. Fires `decided`. */
@customElement("nc-hub-application")
export class ApplicationCard extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    panel,
    css`
      article,
      form,
      ol {
        display: grid;
        gap: var(--space-3);
      }
    `,
  ];

  @property({ attribute: false }) application!: Application;
  @state() private busy = false;
  @state() private problem = "";

  override render(): TemplateResult {
    const { id, agency: signed, domain_checked, call_back, approvals } = this.application;
    const { agency } = signed;
    const ready = domain_checked !== null && call_back !== null;
    return html`<article class="panel" aria-labelledby="title">
      <div class="row">
        <h3 id="title">${agency.name} wants to join</h3>
        <span class="badge push">${approvals.length} of 2 stewards</span>
      </div>
      <p class="small soft">${agency.kind}, ${agency.domain}, says its telephone is ${agency.contact}. Key ${id}</p>
      <p class="small soft">Its district has ${Math.round(this.application.km2)} km². It accepts the <a href="api/terms">Terms of Asking</a>, ${agency.terms.slice(0, 16)}…</p>
      <ol>
        <li>
          Its domain: ${domain_checked === null ? "not checked" : `checked ${moment(domain_checked)}`}
          <button ?disabled=${this.busy} @click=${() => this.doing(() => client.checkDomain(id))}>Check the domain</button>
        </li>
        <li>
          ${call_back === null ? "Nobody has called back" : `${call_back.steward} called, by the number in ${call_back.directory}`}
          <form @submit=${this.callBack}>
            <label>Call it by a number that it did not give you. Where did you find it?
              <input name="directory" required minlength="3" maxlength="200" autocomplete="off" /></label>
            <div class="row"><button ?disabled=${this.busy}>I called, and it was them</button></div>
          </form>
        </li>
        <li>
          With two stewards the members hear of it, and have 7 days to object.
          <button class="primary" ?disabled=${this.busy || !ready} @click=${this.approve}>Approve with your passkey</button>
        </li>
      </ol>
      <p class="problem" role="alert">${this.problem || nothing}</p>
      <details>
        <summary>Refuse</summary>
        <nc-hub-refusal
          .rules=${RULES}
          .refuse=${(rule: string, fact: string) => client.refuseApplication(id, rule, fact)}
        ></nc-hub-refusal>
      </details>
    </article>`;
  }

  private callBack(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const directory = String(form.get("directory") ?? "").trim();
    return this.doing(() => client.callBack(this.application.id, directory));
  }

  private approve(): Promise<void> {
    const { id, subject } = this.application;
    return this.doing(async () => {
      const options = await client.approvalOptions("agency", subject);
      await client.approveAgency(id, await provePasskey(options));
    });
  }

  private async doing(action: () => Promise<void>): Promise<void> {
    this.busy = true;
    this.problem = "";
    try {
      await action();
      this.dispatchEvent(new CustomEvent("decided"));
    } catch (error) {
      this.problem = words(error);
    } finally {
      this.busy = false;
    }
  }
}
