import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { words } from "../api/client";
import { base, buttons, fields } from "../ui/styles";
import { fromEvent } from "./alerts";
import "./case-envelope";
import { categoryIcon } from "../ui/category-icon";
import { panel } from "./hub-style";
import "./hub-media";
import { client } from "./session";
import type { Case, RawAlert, TakedownAsked, Verdict } from "./types";
import {
  badges,
  categoryWord,
  moment,
  openedBy,
  reasons,
  relative,
  standingWord,
  verdictWord,
} from "./words";

const RULES = [
  "Within the rules",
  "Nobody can be recognised",
  "No private data of others",
  "Only what was observed",
  "No pursuit, no rewards",
  "No private quarrels",
];

/** One case and its decision. Fires `decided`. */
@customElement("nc-hub-case")
export class CaseCard extends LitElement {
  static override shadowRootOptions = { ...LitElement.shadowRootOptions, delegatesFocus: true };
  static override styles = [
    base,
    buttons,
    fields,
    panel,
    css`
      article,
      form,
      .subject {
        display: grid;
        gap: var(--space-3);
      }
      .subject {
        padding: var(--space-4);
        border-radius: var(--radius-m);
        background: var(--surface-sunk);
      }
      .why {
        display: grid;
        gap: 2px;
        padding-inline-start: 1.2em;
        list-style: disc;
      }
    `,
  ];

  @property({ attribute: false }) case!: Case;
  @state() private busy = false;
  @state() private problem = "";
  @state() private asked: readonly TakedownAsked[] = [];
  /** Also once it was opened, when the hub has it no more. */
  private hadEnvelope = false;

  override willUpdate(): void {
    this.hadEnvelope ||= this.case.has_envelope;
  }

  override firstUpdated(): void {
    if (this.case.kind === "alert" && this.case.opened_by !== "rule") void this.loadAsked();
  }

  private async loadAsked(): Promise<void> {
    this.asked = await client.takedowns(this.case.id).catch(() => []);
  }

  override render(): TemplateResult {
    const { opened_by, opened, standing, kind, due } = this.case;
    const why = reasons(this.case);
    return html`<article class="panel" aria-labelledby="title">
      <div class="row">
        <h3 id="title">${openedBy(opened_by)}</h3>
        ${
          due !== null && Date.parse(due) < Date.now()
            ? html`<span class="badge bad push">Overdue</span>`
            : nothing
        }
        <span class=${due === null ? "badge push" : "badge"}>${standingWord(standing)}</span>
      </div>
      <p class="small soft">
        ${kind === "alert" ? "An alert" : "A comment"} ·
        <time datetime=${opened} title=${moment(opened)}
          >${relative(Date.parse(opened), Date.now())}</time
        >
      </p>
      ${
        why.length === 0
          ? nothing
          : html`<ul class="why words">
              ${why.map((each) => html`<li>${each}</li>`)}
            </ul>`
      }
      ${this.asked.length === 0 ? nothing : this.renderAsked()} ${this.renderSubject()}
      ${this.renderForm()}
      ${
        this.hadEnvelope
          ? html`<nc-hub-case-envelope .case=${this.case.id}></nc-hub-case-envelope>`
          : nothing
      }
    </article>`;
  }

  private renderAsked(): TemplateResult {
    const media = this.case.alert?.media ?? [];
    return html`<ul class="why" aria-label="Who asked for its removal">
      ${this.asked.map(({ sha256, contact, at }) => {
        const which = media.findIndex((item) => item.sha256 === sha256) + 1;
        return html`<li>
          Picture ${which}, asked ${moment(at)}${contact === "" ? ", without a contact" : `, to be reached: ${contact}`}
        </li>`;
      })}
    </ul>`;
  }

  private renderSubject(): TemplateResult {
    const { alert, comment } = this.case;
    if (alert !== null) return this.renderAlert(alert);
    return html`<div class="subject">
      <p class="words">${comment?.text ?? "It is gone: its time is over."}</p>
    </div>`;
  }

  private renderAlert(alert: RawAlert): TemplateResult {
    const shown = fromEvent({
      type: "published",
      seq: 0,
      alert,
      published: alert.onset,
      verified: false,
      reactions: {},
      comments: 0,
      media: [],
    });
    return html`<div class="subject">
      <p class="row small">
        ${categoryIcon(alert.category)}<b>${categoryWord(alert.category)}</b>
        ${badges(shown).map(({ text, tone }) => html`<span class=${`badge ${tone}`}>${text}</span>`)}
        <span class="soft">for ${audience(alert)}</span>
      </p>
      <p class="words"><b>${alert.headline}</b></p>
      ${alert.text === "" ? nothing : html`<p class="words">${alert.text}</p>`}
      ${
        alert.instruction === ""
          ? nothing
          : html`<p class="words"><b>What to do:</b> ${alert.instruction}</p>`
      }
      ${alert.media.map(
        (item, at) => html`<nc-hub-media
          .alert=${alert.id}
          .item=${item}
          .alt=${`${item.kind === "clip" ? "Clip" : "Picture"} ${at + 1}`}
        ></nc-hub-media>`,
      )}
    </div>`;
  }

  private renderForm(): TemplateResult {
    const { verdicts, standing } = this.case;
    return html`<form aria-label="Decision" @submit=${(event: Event) => event.preventDefault()}>
      <label>
        Rule (public)
        <input name="rule" required maxlength="300" list="rules" autocomplete="off" />
        <datalist id="rules">${RULES.map((rule) => html`<option value=${rule}></option>`)}</datalist>
      </label>
      <label>
        What it rests on (public)
        <textarea name="fact" required maxlength="300"></textarea>
        <span class="hint">
          Both go into the public log with your name and stay there for good. Do not repeat what was
          written, and name nobody.
        </span>
      </label>
      <p class="problem" role="alert">${this.problem || nothing}</p>
      <div class="row">
        ${verdicts.map(
          (verdict) => html`<button
            type="button"
            class=${verdict === "refused" || verdict === "upheld" ? "danger" : "primary"}
            ?disabled=${this.busy}
            @click=${() => this.decide(verdict)}
          >
            ${verdictWord(verdict, standing)}
          </button>`,
        )}
      </div>
    </form>`;
  }

  // Not by `submit`: Enter in a field would press the first verdict.
  private async decide(verdict: Verdict): Promise<void> {
    const form = this.renderRoot.querySelector("form");
    if (this.busy || form === null || !form.reportValidity()) return;
    const said = new FormData(form);
    const [rule = "", fact = ""] = [said.get("rule"), said.get("fact")].map((each) =>
      String(each).trim(),
    );
    this.busy = true;
    this.problem = "";
    try {
      await client.decide(this.case.id, verdict, rule, fact);
      this.dispatchEvent(new CustomEvent("decided"));
    } catch (error) {
      this.problem = words(error);
    } finally {
      this.busy = false;
    }
  }
}

function audience(alert: RawAlert): string {
  if (alert.scope === "public") return "everybody";
  return alert.scope === "hub" ? "all members" : "members of the region";
}
