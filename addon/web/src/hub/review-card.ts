import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { words } from "../api/client";
import "../ui/confirm";
import { base, buttons, fields } from "../ui/styles";
import { panel } from "./hub-style";
import { provePasskey } from "./passkey";
import { client } from "./session";
import type { Earlier, Review } from "./types";
import { moment, plural } from "./words";

const earlier = (each: Earlier): string =>
  `${each.offence.replaceAll("-", " ")}, ${moment(each.window_start)} (${each.outcome || each.state})`;

/** A request of an agency, for a steward to pass or refuse. Fires `decided`. */
@customElement("nc-hub-review")
export class ReviewCard extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    panel,
    css`
      article,
      form {
        display: grid;
        gap: var(--space-3);
      }
      dl {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        gap: var(--space-1) var(--space-4);
        margin: 0;
      }
      dd {
        margin: 0;
        overflow-wrap: anywhere;
      }
    `,
  ];

  @property({ attribute: false }) review!: Review;
  @state() private busy = false;
  @state() private problem = "";

  override render(): TemplateResult {
    const { request: signed, agency, approvals, needed, findings } = this.review;
    const { request } = signed;
    const { past, near } = this.review.context;
    const rows: [string, string][] = [
      ["Case", request.case_ref],
      ["Why here", request.necessity],
      ["Already tried", request.tried.join(", ")],
      ["Window", `${moment(request.window_start)} to ${moment(request.window_end)}`],
      ["How much", `${this.review.km2.toFixed(2)} km², ${this.review.hours.toFixed(2)} h`],
      ["Would help", request.media_wanted.join(", ")],
      ["Clips are kept", `${request.retention_days} days`],
      ["Open until", moment(request.expires)],
      ["Same case before", this.review.context.case.map(earlier).join("; ") || "nothing"],
      ["Same area in 90 days", near.map((each) => `${each.agency}, ${earlier(each)}`).join("; ") || "nothing"],
      [
        "Its past",
        `${plural(past.requests, "request", "requests")}, ${past.refused} refused, ${past.overdue} overdue, ${past.owes} still owed, ` +
          `${plural(past.suspended, "suspension", "suspensions")}; ${Object.entries(past.outcomes).map(([name, count]) => `${name} ${count}`).join(", ") || "no outcome"}`,
      ],
      ["Signed by", `${signed.officer.certificate.name} and ${signed.supervisor?.certificate.name ?? "nobody"}`],
    ];
    return html`<article class="panel" aria-labelledby="title">
      <div class="row">
        <h3 id="title">${agency}: ${request.offence.replaceAll("-", " ")}</h3>
        <span class="badge push">${request.urgent ? "urgent, " : ""}${approvals.length} of ${needed} stewards</span>
      </div>
      <p class="words">${request.what}</p>
      <dl>${rows.map(([name, value]) => html`<dt class="soft">${name}</dt><dd>${value}</dd>`)}</dl>
      <p class="small soft">
        Every limit was checked by the hub, and homes check it again. Look at what no program can:
        is it about what somebody did, is this the least that helps, was the rest tried?
      </p>
      ${
        findings.length === 0
          ? nothing
          : html`<ul class="notice">${findings.map(({ words, advice }) => html`<li>“${words}”: ${advice}</li>`)}</ul>`
      }
      <p class="problem" role="alert">${this.problem || nothing}</p>
      <div class="row">
        <button class="primary" ?disabled=${this.busy} @click=${this.approve}>Approve with your passkey</button>
      </div>
      <nc-confirm question="Say in public, for good, that you work for this agency or are close to it? You decide nothing about it then." yes="Yes, enter it"
        @confirmed=${() => this.doing(() => client.declareInterest(request.agency))}>I am close to this agency</nc-confirm>
      <form @submit=${this.refuse} aria-label="Refuse">
        <label>Rule (public) <input name="rule" required maxlength="300" autocomplete="off" /></label>
        <label>What it rests on (public) <textarea name="fact" required maxlength="300"></textarea></label>
        <div class="row"><button class="danger" ?disabled=${this.busy}>Refuse</button></div>
      </form>
    </article>`;
  }

  private approve(): Promise<void> {
    const { sha256 } = this.review;
    return this.doing(async () => {
      const options = await client.approvalOptions("request", sha256);
      await client.approveRequest(sha256, await provePasskey(options));
    });
  }

  private refuse(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const said = (name: string): string => String(form.get(name) ?? "").trim();
    return this.doing(() => client.refuseRequest(this.review.sha256, said("rule"), said("fact")));
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
