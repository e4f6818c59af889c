import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { Action } from "../ui/action";
import "../ui/confirm";
import { base, buttons, facts, fields } from "../ui/styles";
import "./checklist";
import { panel } from "./hub-style";
import { resultWord } from "./log-entries";
import { provePasskey } from "./passkey";
import "./refusal-form";
import "./review-map";
import { client } from "./session";
import type { Earlier, Review } from "./types";
import { moment, plural } from "./words";

const CHECKS = [
  "It is about what somebody did, not about who somebody is, lives with or believes",
  "Area and window are the least that helps",
  "What was tried before is believable, and was not enough",
  "Its words name nobody, and describe nobody by descent, faith or looks",
];
const RULES = [
  "It is about a person or a group, not about an offence",
  "It asks for more than helps",
  "The rest was not tried",
  "It describes or names somebody",
  "No protest, no gathering",
  "The same was asked before",
];

const plain = (text: string): string => text.replaceAll("-", " ");

/** A request of an agency, for a steward to pass or refuse. Fires `decided`. */
@customElement("nc-hub-review")
export class ReviewCard extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    facts,
    panel,
    css`
      article {
        display: grid;
        gap: var(--space-4);
      }
      .text {
        padding: var(--space-4);
        border-radius: var(--radius-m);
        background: var(--surface-sunk);
      }
      .earlier li {
        padding: var(--space-1) 0;
        border-top: 1px solid var(--line);
      }
      summary {
        padding: var(--space-2) 0;
        cursor: pointer;
        font-size: var(--text-s);
        font-weight: 550;
      }
    `,
  ];

  @property({ attribute: false }) review!: Review;
  @state() private looked = false;
  private readonly action = new Action(this);

  override render(): TemplateResult {
    const { request: signed, agency, findings } = this.review;
    const { request } = signed;
    return html`<article class="panel" aria-labelledby="title">
      <div class="row">
        <h3 id="title">${agency}: ${plain(request.offence)}</h3>
        ${request.urgent ? html`<span class="badge bad">urgent</span>` : nothing}
        <span class="badge push">${this.review.approvals.length} of ${this.review.needed} stewards</span>
      </div>
      ${this.renderUrgency()}
      <p class="text words">${request.what}</p>
      ${
        findings.length === 0
          ? nothing
          : html`<ul class="notice">${findings.map(({ words, advice }) => html`<li>“${words}”: ${advice}</li>`)}</ul>`
      }
      ${this.renderFacts()}
      <nc-hub-review-map .review=${this.review}></nc-hub-review-map>
      ${this.renderEarlier()} ${this.renderPast()}
      <nc-hub-checklist
        .items=${CHECKS}
        @whole=${({ detail }: CustomEvent<boolean>) => (this.looked = detail)}
      ></nc-hub-checklist>
      <p class="problem" role="alert">${this.action.problem || nothing}</p>
      <div class="row">
        <button class="primary" ?disabled=${this.action.busy || !this.looked} @click=${this.approve}>
          Approve with your passkey
        </button>
        ${this.looked ? nothing : html`<span class="small soft">Tick what you looked at first.</span>`}
      </div>
      <details>
        <summary>Refuse it</summary>
        <nc-hub-refusal
          .rules=${RULES}
          .refuse=${(rule: string, fact: string) => client.refuseRequest(this.review.sha256, rule, fact)}
          @decided=${this.decided}
        ></nc-hub-refusal>
      </details>
      <nc-confirm question="Say in public, for good, that you work for this agency or are close to it? You decide nothing about it then." yes="Yes, enter it" tone=""
        @confirmed=${() => this.doing(() => client.declareInterest(request.agency))}>I am close to this agency</nc-confirm>
    </article>`;
  }

  private renderUrgency(): TemplateResult | typeof nothing {
    const { approvals, needed } = this.review;
    const gave = approvals.length === 0 ? "" : `${approvals.join(" and ")} approved it. `;
    const missing = needed - approvals.length;
    const urgent = needed > 1 ? "Urgent: homes hear of it within the hour, so it takes two stewards. " : "";
    if (urgent === "" && gave === "") return nothing;
    return html`<p class="small">
      ${urgent}${gave}${missing > 0 ? `${plural(missing, "more steward")} has to look.` : nothing}
    </p>`;
  }

  private renderFacts(): TemplateResult {
    const { request } = this.review.request;
    const { officer, supervisor } = this.review.request;
    const rows: [string, string][] = [
      ["Case", request.case_ref],
      ["Why here", request.necessity],
      ["Already tried", request.tried.map(plain).join(", ")],
      ["Window", `${moment(request.window_start)} to ${moment(request.window_end)}`],
      ["How much", `${this.review.km2.toFixed(2)} km², ${this.review.hours.toFixed(2)} h`],
      ["Would help", request.media_wanted.join(", ")],
      ["Clips are kept", `${request.retention_days} days`],
      ["Open until", moment(request.expires)],
      ["Signed by", `${officer.certificate.name} and ${supervisor?.certificate.name ?? "nobody"}`],
    ];
    return html`<dl>${rows.map(([name, value]) => html`<dt class="soft">${name}</dt><dd>${value}</dd>`)}</dl>`;
  }

  private renderEarlier(): TemplateResult {
    const { case: same, near } = this.review.context;
    const lists: readonly (readonly [string, readonly Earlier[]])[] = [
      ["The same case before", same],
      ["The same area in 90 days, by anybody", near],
    ];
    return html`${lists.map(([name, found]) =>
      found.length === 0
        ? html`<p class="small soft">${name}: nothing</p>`
        : html`<section class="earlier">
            <h4 class="small">${name}</h4>
            <ul role="list">
              ${found.map(
                (each) => html`<li class="small">
                  <a href=${`./#log=${each.index}`}>${each.agency}, ${plain(each.offence)}</a>,
                  ${moment(each.window_start)}: ${each.outcome === "" ? plain(each.state) : resultWord(each.outcome)}
                </li>`,
              )}
            </ul>
          </section>`,
    )}`;
  }

  private renderPast(): TemplateResult {
    const { past } = this.review.context;
    const outcomes = Object.entries(past.outcomes)
      .map(([name, count]) => `${resultWord(name)}: ${count}`)
      .join(", ");
    return html`<p class="small">
      <a href=${`./#agency=${this.review.request.request.agency}`}>Its past</a>:
      ${plural(past.requests, "request")}, ${past.refused} refused, ${past.overdue} overdue,
      ${past.owes} still owed, ${plural(past.suspended, "suspension")}; ${outcomes || "no outcome yet"}.
    </p>`;
  }

  private approve(): Promise<void> {
    const { sha256 } = this.review;
    return this.doing(async () => {
      const options = await client.approvalOptions("request", sha256);
      await client.approveRequest(sha256, await provePasskey(options));
    });
  }

  private async doing(work: () => Promise<void>): Promise<void> {
    if (await this.action.run(work)) this.decided();
  }

  private decided(): void {
    this.dispatchEvent(new CustomEvent("decided"));
  }
}
