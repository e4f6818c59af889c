import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { Watch } from "../state/store";
import { Action } from "../ui/action";
import { base, buttons, fields } from "../ui/styles";
import "./equity";
import { panel } from "./hub-style";
import { resultWord } from "./log-entries";
import { columns, type Row, table, tables, total } from "./number-tables";
import { client, hub } from "./session";
import type { Statistics } from "./types";
import { decisionWord } from "./words";

/** What agencies and stewards did, in numbers that anybody can compute from the public log. */
@customElement("nc-hub-numbers")
export class NumbersPage extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    panel,
    tables,
    css`
      .tables {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 300px), 1fr));
        gap: var(--space-5);
        align-items: start;
      }
      a {
        color: inherit;
      }
    `,
  ];

  private readonly hub = new Watch(this, hub);
  @state() private found: Statistics | null = null;
  private readonly asking = new Action(this);

  override connectedCallback(): void {
    super.connectedCallback();
    void this.load();
  }

  override render(): TemplateResult {
    return html`<div class="stack">
      <h2 class="page-title">Statistics</h2>
      <p class="lead">
        All of these numbers are counted from the <a href="./#log">public log</a>, and anybody can count
        the same. How many homes answered a request is in no log, and known to nobody here.
      </p>
      ${this.asking.problem === "" ? nothing : this.renderProblem()}
      ${this.found === null ? this.renderWaiting() : this.renderNumbers(this.found)}
    </div>`;
  }

  private renderProblem(): TemplateResult {
    return html`<div class="notice row" role="alert">
      ${this.asking.problem}<button @click=${this.load}>Try again</button>
    </div>`;
  }

  private renderWaiting(): TemplateResult | typeof nothing {
    return this.asking.problem === ""
      ? html`<p class="panel soft" role="status">Counting…</p>`
      : nothing;
  }

  private renderNumbers(found: Statistics): TemplateResult {
    return html`
      <section class="panel stack" aria-labelledby="requests">
        <h3 id="requests">What agencies ask</h3>
        <div class="tables">
          ${table("Requests", requestRows(found))}
          ${table("What they asked about", sortedRows(found.offences, (each) => each.replaceAll("-", " ")))}
          ${table("What came of it", sortedRows(found.outcomes, resultWord))}
          ${table("Refused, by rule", sortedRows(found.refusals_by_rule))}
        </div>
        ${agencyTable(found)}
      </section>
      <section class="panel stack" aria-labelledby="equity">
        <h3 id="equity">Who is asked how often</h3>
        <nc-hub-equity .found=${found}></nc-hub-equity>
      </section>
      <section class="panel stack" aria-labelledby="stewards">
        <h3 id="stewards">What stewards do</h3>
        <div class="tables">
          ${table("All in all", sums(found))} ${reviewTable(found)}
          ${table("Decisions about posts", sortedRows(found.decisions, decisionWord))}
          ${table("By rule", sortedRows(found.decisions_by_rule))}
          ${table("By steward", sortedRows(found.decisions_by_steward))}
          ${table("Demands for data", sortedRows(found.legal_demands))}
        </div>
      </section>
      <p class="row">
        <a class="button" href="./api/statistics">These numbers as JSON</a>
        ${this.hub.value?.has_census ? html`<a class="button" href="./api/census">The census that they rest on</a>` : nothing}
      </p>
    `;
  }

  private load = async (): Promise<void> => {
    await this.asking.run(async () => {
      this.found = await client.statistics();
    });
  };
}

const sortedRows = (
  counts: Readonly<Record<string, number>>,
  word: (name: string) => string = (name) => name,
): Row[] =>
  Object.entries(counts)
    .sort(([, one], [, other]) => other - one)
    .map(([name, count]): Row => [word(name), count]);

const requestRows = ({ requests, overdue, lapsed }: Statistics): Row[] => [
  ["Requests", requests.requests],
  ["Median window, hours", requests.median_hours],
  ["Median area, km²", requests.median_km2],
  ["Area asked about within 90 days before", requests.repeated],
  ["Outcomes overdue", overdue.outcome ?? 0],
  ["Deletions overdue", overdue.deletion ?? 0],
  ["No steward looked in time", lapsed],
];

const sums = (found: Statistics): Row[] => [
  ["Stewards", found.stewards],
  ["Decisions about posts", total(found.decisions)],
  ["Times that two stewards looked who wrote something", found.envelopes_opened],
  ["Demands for data by authorities and others", total(found.legal_demands)],
  ["Entries of the log", found.entries],
  ...(found.unknown === 0
    ? []
    : ([["Entries that this hub does not understand", found.unknown]] as const)),
];

const agencyTable = (found: Statistics): TemplateResult | typeof nothing =>
  columns(
    "Agency by agency",
    ["Agency", "Requests", "Refused", "Same area", "km² × hours", "Outcomes", "Overdue", "Suspended", "Alerts"],
    Object.entries(found.agencies).map(([id, each]) => [
      html`<a href=${`./#agency=${id}`}>${each.name}</a>`,
      each.requests,
      each.refused,
      each.repeated,
      each.km2_hours,
      each.outcomes,
      each.overdue,
      each.suspended,
      each.alerts,
    ]),
    true,
  );

const reviewTable = (found: Statistics): TemplateResult | typeof nothing =>
  columns(
    "Decisions about requests",
    ["Steward", "Approved", "Refused"],
    Object.entries(found.reviews_by_steward).map(([name, each]) => [
      name,
      each.approved,
      each.refused,
    ]),
  );
