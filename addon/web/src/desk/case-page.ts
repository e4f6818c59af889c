import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { panel } from "../hub/hub-style";
import { base, buttons, fields } from "../ui/styles";
import "./answer-card";
import "./carry";
import { Doing } from "./doing";
import "./end-card";
import "./facts";
import { announcement, client } from "./session";
import { sheet } from "./style";
import { T } from "./texts";
import type { Case } from "./types";
import { isOver, left, moment, spaced, stateNext, stateTone, stateWord } from "./words";

/** One case: where it stands, what is next, who answered, what was done. */
@customElement("nc-desk-case")
export class CasePage extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    panel,
    sheet,
    css`
      table {
        width: 100%;
        border-collapse: collapse;
        font-size: var(--text-s);
      }
      td {
        padding: 6px var(--space-3) 6px 0;
        border-top: 1px solid var(--line);
        vertical-align: top;
        overflow-wrap: anywhere;
      }
      td:first-child {
        white-space: nowrap;
      }
      .clock {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-2) var(--space-4);
      }
      .late {
        color: var(--danger);
        font-weight: 600;
      }
    `,
  ];

  @property() case = "";
  private readonly doing = new Doing(this);
  @state() private found: Case | null = null;
  @state() private said = "";

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("case")) void this.doing.do(() => this.load());
  }

  override render(): TemplateResult {
    return html`<div class="stack">
      <div class="row"><a class="button" href="#cases">← ${T.case.back}</a></div>
      ${this.found === null ? nothing : this.renderCase(this.found)}
      <p class="problem" role="alert">${this.doing.problem || nothing}</p>
    </div>`;
  }

  private renderCase(found: Case): TemplateResult {
    const { line, signed } = found;
    return html`
      <div class="row">
        <h2 class="page-title">${line.case_ref}</h2><span class="soft">${spaced(line.offence)}</span>
        <span class="badge ${stateTone(this.stateOf(found))}">${stateWord(this.stateOf(found))}</span>
      </div>
      ${found.problem === "" ? nothing : html`<p class="caution" role="alert">${found.problem}</p>`}
      ${this.renderNext(found)}
      ${found.logged === null ? nothing : this.renderAnswers(found)}
      ${line.is_own ? html`<nc-desk-end .case=${found} @changed=${() => this.doing.do(() => this.load())}></nc-desk-end>` : nothing}
      <section class="panel" aria-labelledby="request">
        <h3 id="request">${T.case.request}</h3>
        <nc-desk-facts .request=${signed.request} .jurisdiction=${found.jurisdiction} officer=${signed.officer.certificate.name} supervisor=${signed.supervisor?.certificate.name ?? ""}></nc-desk-facts>
        ${found.logged !== null ? nothing : html`<nc-carry-out .text=${found.link} file=${`request-${line.id.slice(0, 8)}.txt`} label=${`${T.case.link}. ${T.case.linkHow}`}></nc-carry-out>`}
      </section>
      ${this.renderCustody(found)}
    `;
  }

  private stateOf({ line, deletion }: Case): string {
    return line.state === "outcome-filed" && deletion !== "" ? "closed" : line.state;
  }

  private renderNext(found: Case): TemplateResult {
    const { line } = found;
    const moments = [
      ...(found.next_round === null ? [] : [{ what: T.case.round, due: found.next_round, isPlain: true }]),
      ...found.due.map(({ what, due }) => ({ what, due, isPlain: false })),
    ];
    return html`<section class="panel" aria-labelledby="next">
      <h3 id="next">${T.case.next}</h3>
      <p>${stateNext(this.stateOf(found))}</p>
      ${line.reason === "" ? nothing : html`<p class="caution">${line.reason}</p>`}
      <div class="clock">${moments.map(({ what, due, isPlain }) => html`<span class="small"><b class=${!isPlain && isOver(due) ? "late" : "numbers"}>${left(due)}</b> ${what} <span class="soft">(${moment(due)})</span></span>`)}</div>
      ${found.missed === 0 ? nothing : html`<p class="caution">${T.case.missed(found.missed)}</p>`}
      ${line.untold === 0 ? nothing : html`<div class="caution row">${T.case.untold(line.untold)}<button ?disabled=${this.doing.busy} @click=${this.deliver}>${T.case.deliver}</button></div>`}
      ${line.state === "countersigned" ? html`<div class="row"><button class="primary" ?disabled=${this.doing.busy} @click=${() => this.submit(found)}>${T.sign.submit}</button></div>` : nothing}
      ${
        found.logged !== null && line.is_own && found.deletion === ""
          ? html`<div class="row"><button class=${found.rounds_waiting > 0 ? "primary" : ""} ?disabled=${this.doing.busy} @click=${this.collect}>${this.doing.busy ? T.case.collecting : T.case.collect}</button><span role="status">${this.said}</span></div>`
          : nothing
      }
    </section>`;
  }

  private renderAnswers(found: Case): TemplateResult {
    const shown = found.answers.filter(({ kind }) => kind !== "revoked");
    return html`<section aria-labelledby="answers">
      <div class="row"><h3 id="answers">${T.case.answers}</h3><span class="soft small">${T.cases.homes(found.line.homes)}</span></div>
      ${shown.length === 0 ? html`<p class="panel soft">${T.case.noAnswers}</p>` : nothing}
      ${repeat(shown, ({ id }) => id, (answer) => html`<nc-desk-answer .case=${found.line.id} .answer=${answer} @changed=${() => this.load()}></nc-desk-answer>`)}
    </section>`;
  }

  private renderCustody({ custody }: Case): TemplateResult {
    return html`<details class="panel">
      <summary>${T.case.custody} (${custody.length})</summary>
      <p class="small soft">${T.case.custodyHow}</p>
      <table>
        <tbody>${custody.map(({ at, what, about, by }) => html`<tr><td class="numbers">${moment(at)}</td><td>${what}</td><td><code>${about}</code></td><td class="soft"><code>${by.slice(0, 16)}</code></td></tr>`)}</tbody>
      </table>
    </details>`;
  }

  private async load(): Promise<void> {
    this.found = await client.case(this.case);
  }

  private collect(): Promise<void> {
    return this.doing.do(async () => {
      const { homes, fresh } = await client.collect(this.case);
      this.said = announcement.value = T.case.collected(homes, fresh);
      await this.load();
    });
  }

  private deliver(): Promise<void> {
    return this.doing.do(async () => {
      await client.deliver(this.case);
      await this.load();
    });
  }

  private submit({ link }: Case): Promise<void> {
    return this.doing.do(async () => {
      await client.submit(link);
      announcement.value = T.sign.submitted;
      await this.load();
    });
  }
}
