import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { Watch } from "../state/store";
import { base, buttons, facts, fields } from "../ui/styles";
import { agencies, agenciesKnown, agenciesProblem, loadAgencies } from "./agencies";
import { dutyWord, standing } from "./agency-words";
import "./areas-map";
import { ringOf, type Shape } from "./areas-map";
import { panel } from "./hub-style";
import { agencyOf, groupOf } from "./log-entries";
import "./log-entry";
import { type Logged, log, logProblem, readLog } from "./log-store";
import { agencyRows, tables } from "./number-tables";
import { client, item } from "./session";
import type { Agency, AgencyNumbers } from "./types";
import { moment } from "./words";

/** One agency: who let it in, what it asked, what came of it, what it owes. */
@customElement("nc-hub-agency-page")
export class AgencyPage extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    facts,
    panel,
    tables,
    css`
      .both {
        display: grid;
        grid-template-columns: minmax(0, 1fr) 400px;
        gap: var(--space-5);
        align-items: start;
      }
      @media (max-width: 960px) {
        .both {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];

  private readonly item = new Watch(this, item);
  private readonly agencies = new Watch(this, agencies);
  private readonly known = new Watch(this, agenciesKnown);
  private readonly problem = new Watch(this, agenciesProblem);
  private readonly log = new Watch(this, log);
  private readonly logProblem = new Watch(this, logProblem);
  @state() private numbers: Readonly<Record<string, AgencyNumbers>> = {};

  override connectedCallback(): void {
    super.connectedCallback();
    void loadAgencies();
    void readLog();
    void client.statistics().then(
      ({ agencies: found }) => (this.numbers = found),
      () => {}, // the rest of the page says that the hub does not answer
    );
  }

  override render(): TemplateResult {
    const agency = this.agencies.value.find(({ id }) => id === this.item.value);
    return html`<div class="stack">
      <p class="small"><a href="./#agencies">All agencies</a></p>
      ${agency === undefined ? this.renderNone() : this.renderAgency(agency)}
    </div>`;
  }

  private renderNone(): TemplateResult {
    const text = this.problem.value || (this.known.value ? "The log knows no such agency." : "Loading…");
    return html`<p class="panel soft" role="status">${text}</p>`;
  }

  private renderAgency(agency: Agency): TemplateResult {
    const { badge, tone, text } = standing(agency);
    const numbers = this.numbers[agency.id];
    return html`
      <div class="row">
        <h2 class="page-title">${agency.name}</h2>
        <span class=${`badge ${tone}`}>${badge}</span>
      </div>
      <p class="lead">${text}</p>
      ${agency.standing === "announced" ? this.renderVeto(agency) : nothing}
      ${this.renderOwed(agency)}
      <div class="both">
        <section class="panel stack" aria-labelledby="asked">
          <h3 id="asked">What the public log says of it</h3>
          ${this.renderEntries(agency)}
        </section>
        <div class="stack">
          <nc-hub-areas
            label=${`Map of where ${agency.name} asked`}
            .shapes=${this.shapes(agency)}
          ></nc-hub-areas>
          <section class="panel" aria-labelledby="numbers">
            <h3 id="numbers">In numbers</h3>
            ${numbers === undefined ? nothing : agencyRows(numbers)}
          </section>
          ${this.renderFacts(agency)}
        </div>
      </div>
    `;
  }

  private renderVeto({ terms, index }: Agency): TemplateResult {
    return html`<section class="panel stack" aria-labelledby="veto">
      <h3 id="veto">You are a member and do not want that?</h3>
      <p>
        Object in your own NeighborCam: <b>Neighbours</b>, <b>Requests</b>. Once for a household, without
        anybody learning whose it was. It promised to keep
        <a href="./api/terms">the Terms of Asking</a> (<code>${terms.slice(0, 12)}…</code>); its whole
        application is <a href=${`./#log=${index}`}>entry ${index} of the log</a>.
      </p>
    </section>`;
  }

  private renderOwed({ owes }: Agency): TemplateResult | typeof nothing {
    if (owes.length === 0) return nothing;
    return html`<section class="panel stack" aria-labelledby="owed">
      <h3 id="owed">What it owes</h3>
      <ul role="list">
        ${owes.map(({ what, due }) => {
          const late = Date.parse(due) < Date.now();
          return html`<li class="row">
            <span class=${`badge ${late ? "bad" : ""}`}>${late ? "overdue" : "due"}</span>
            ${dutyWord(what)}, by ${moment(due)}
          </li>`;
        })}
      </ul>
    </section>`;
  }

  private renderEntries(agency: Agency): TemplateResult {
    if (this.log.value === null)
      return html`<p class="soft small" role="status">${this.logProblem.value || "Reading the log…"}</p>`;
    const found = this.entriesOf(agency);
    return html`${found.map(
      (each) => html`<nc-hub-log-entry .logged=${each}></nc-hub-log-entry>`,
    )}`;
  }

  private entriesOf({ id, index }: Agency): readonly Logged[] {
    const entries = this.log.value?.entries ?? [];
    return entries.filter(
      (each) => (agencyOf(each.entry) === id || each.index === index) && groupOf(each.entry) !== "technical",
    );
  }

  private shapes(agency: Agency): Shape[] {
    const asked = this.entriesOf(agency).flatMap(({ entry, index }): Shape[] => {
      if (entry.type !== "request-logged") return [];
      const { area, offence } = entry.request.request;
      return [{ ring: ringOf(area), kind: "area", label: `Entry ${index}: ${offence.replaceAll("-", " ")}` }];
    });
    return [{ ring: ringOf(agency.jurisdiction), kind: "district", label: "Its district" }, ...asked];
  }

  private renderFacts(agency: Agency): TemplateResult {
    const rows: readonly (readonly [string, string])[] = [
      ["Kind", agency.kind],
      ["Domain", agency.domain],
      ["Telephone", agency.contact],
      ["District", `${Math.round(agency.km2)} km²`],
      ["Called back", `${moment(agency.call_back.at)} by ${agency.call_back.steward}, by the number in ${agency.call_back.directory}`],
      ["Approved by", agency.approved_by.join(" and ")],
      ["Key", agency.id],
    ];
    return html`<section class="panel stack" aria-labelledby="facts">
      <h3 id="facts">Who it is</h3>
      <dl class="small">
        ${rows.map(([name, value]) => html`<dt class="soft">${name}</dt><dd>${value}</dd>`)}
      </dl>
    </section>`;
  }
}
