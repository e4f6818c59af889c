import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { panel } from "../hub/hub-style";
import { Watch } from "../state/store";
import { base, buttons, fields } from "../ui/styles";
import "./case-page";
import { Doing } from "./doing";
import { client, openCase } from "./session";
import { sheet } from "./style";
import { T } from "./texts";
import type { CaseLine, Cases, Due } from "./types";
import { isOver, left, moment, spaced, stateNext, stateTone, stateWord } from "./words";

/** All cases with what is due on top, or the one that is open. */
@customElement("nc-desk-cases")
export class CasesPage extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    panel,
    sheet,
    css`
      ul {
        display: grid;
        gap: var(--space-3);
      }
      .case {
        display: grid;
        gap: var(--space-1);
        color: var(--ink);
        text-decoration: none;
      }
      .case:hover {
        border-color: var(--accent);
      }
      .due {
        border-color: var(--motion);
      }
      .due li {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-1) var(--space-3);
        align-items: baseline;
      }
      .late {
        color: var(--danger);
        font-weight: 600;
      }
    `,
  ];

  private readonly openCase = new Watch(this, openCase);
  private readonly doing = new Doing(this);
  @state() private all: Cases | null = null;
  private shown: string | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.load();
  }

  override updated(): void {
    const now = this.openCase.value;
    if (this.shown !== null && now === null) void this.load();
    this.shown = now;
  }

  override render(): TemplateResult {
    const id = this.openCase.value;
    if (id !== null) return html`<nc-desk-case .case=${id}></nc-desk-case>`;
    return html`<div class="stack">
      <div class="row">
        <h2 class="page-title">${T.cases.title}</h2>
        <button class="push" ?disabled=${this.doing.busy} @click=${this.load}>${T.cases.refresh}</button>
      </div>
      <p class="problem" role="alert">${this.doing.problem || nothing}</p>
      ${this.all === null ? nothing : this.renderAll(this.all)}
    </div>`;
  }

  private renderAll({ cases, due, problem }: Cases): TemplateResult {
    return html`
      ${problem === "" ? nothing : html`<p class="caution" role="alert">${problem}</p>`}
      ${due.length === 0 ? nothing : this.renderDue(due)}
      ${
        cases.length === 0
          ? html`<section class="panel"><p>${T.cases.none}</p><div class="row"><a class="button" href="#request">${T.cases.write}</a></div></section>`
          : html`<ul role="list">${repeat(cases, ({ id }) => id, (each) => html`<li>${this.renderCase(each)}</li>`)}</ul>`
      }
    `;
  }

  private renderDue(due: readonly Due[]): TemplateResult {
    return html`<section class="panel due" aria-labelledby="due">
      <h3 id="due">${T.cases.due}</h3>
      <ul role="list">
        ${due.map(
          ({ what, due: at, case_ref, request }) => html`<li>
            <span class=${isOver(at) ? "late numbers" : "numbers"}>${left(at)}</span>
            ${request === "" ? nothing : html`<a href=${`#case=${request}`}>${case_ref || request}</a>`}
            <span>${what}</span><span class="soft small">${moment(at)}</span>
          </li>`,
        )}
      </ul>
    </section>`;
  }

  private renderCase(line: CaseLine): TemplateResult {
    return html`<a class="panel case" href=${`#case=${line.id}`}>
      <div class="row">
        <h3>${line.case_ref}</h3><span class="soft">${spaced(line.offence)}</span>
        <span class="badge push ${stateTone(line.state)}">${stateWord(line.state)}</span>
      </div>
      <p class="small">${line.is_own ? stateNext(line.state) : T.cases.other}</p>
      <p class="small soft">
        ${moment(line.published)}${line.homes > 0 ? ` · ${T.cases.homes(line.homes)}` : ""}${line.answers > 0 ? ` · ${T.cases.answers(line.answers)}` : ""}${line.reason === "" ? "" : ` · ${line.reason}`}
      </p>
    </a>`;
  }

  private load(): Promise<void> {
    return this.doing.do(async () => {
      this.all = await client.cases();
    });
  }
}
