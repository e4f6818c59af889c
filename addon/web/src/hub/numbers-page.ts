import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { words } from "../api/client";
import { Watch } from "../state/store";
import { base, buttons, fields } from "../ui/styles";
import { panel } from "./hub-style";
import { client, hub } from "./session";
import type { AgencyNumbers, Statistics } from "./types";
import { decisionWord, plural } from "./words";

type Counts = Readonly<Record<string, number>>;

/** What stewards did, in numbers that anybody can compute from the public log. */
@customElement("nc-hub-numbers")
export class NumbersPage extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    panel,
    css`
      .tables {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 320px), 1fr));
        gap: var(--space-4);
        align-items: start;
      }
      table {
        width: 100%;
        border-collapse: collapse;
        font-size: var(--text-m);
      }
      caption {
        padding-bottom: var(--space-2);
        font-weight: 600;
        text-align: start;
      }
      th,
      td {
        padding: var(--space-2) 0;
        border-top: 1px solid var(--line);
        font-weight: 400;
        text-align: start;
        overflow-wrap: anywhere;
      }
      td {
        padding-inline-start: var(--space-3);
        text-align: end;
      }
    `,
  ];

  private readonly hub = new Watch(this, hub);
  @state() private found: Statistics | null = null;
  @state() private problem = "";

  override connectedCallback(): void {
    super.connectedCallback();
    void this.load();
  }

  override render(): TemplateResult {
    return html`<div class="stack">
      <h2 class="page-title">Statistics</h2>
      <p class="lead">
        Every decision of a steward stands in a public log with its rule and its reason, and never
        with what was written. Nothing can be taken out of it again. These numbers are counted from
        that log, and anybody can count the same.
      </p>
      ${this.problem === "" ? nothing : html`<p class="notice" role="alert">${this.problem}</p>`}
      ${this.found === null ? nothing : this.renderNumbers(this.found)}
      <section class="panel stack">
        <h3>The log itself</h3>
        <p>
          The checkpoint says how long the log is, and seals all of it.
          ${this.renderWitnesses()}
        </p>
        <p class="row">
          <a class="button" href="./log/checkpoint">Checkpoint</a>
          <a class="button" href="./api/statistics">These numbers as JSON</a>
        </p>
      </section>
    </div>`;
  }

  private renderWitnesses(): string {
    const count = this.hub.value?.witnesses.length ?? 0;
    return count === 0
      ? "No other hub confirms it."
      : `${plural(count, "other hub confirms", "other hubs confirm")} it.`;
  }

  private renderNumbers(found: Statistics): TemplateResult {
    const sums: Counts = {
      Decisions: total(found.decisions),
      "Times that two stewards looked who wrote something": found.envelopes_opened,
      "Demands for data by authorities and others": total(found.legal_demands),
      Stewards: found.stewards,
      "Entries of the log": found.entries,
      ...(found.unknown === 0 ? {} : { "Entries that this hub does not understand": found.unknown }),
    };
    const decisions = Object.entries(found.decisions).map(
      ([key, count]) => [decisionWord(key), count] as const,
    );
    return html`<div class="tables">
      ${table("All in all", Object.entries(sums))} ${table("Decisions", decisions)}
      ${table("By rule", Object.entries(found.decisions_by_rule))}
      ${table("By steward", Object.entries(found.decisions_by_steward))}
      ${table("Demands for data", Object.entries(found.legal_demands))}
      ${table("Requests of agencies", requestRows(found))}
      ${table("What agencies asked about", Object.entries(found.offences))}
      ${table("What came of it", Object.entries(found.outcomes))}
      ${areaTable(found)} ${reviewTable(found)}
      ${table("Refused requests by rule", Object.entries(found.refusals_by_rule))}
      ${Object.values(found.agencies).map((each) => table(each.name, agencyRows(each)))}
    </div>`;
  }

  private async load(): Promise<void> {
    try {
      this.found = await client.statistics();
    } catch (error) {
      this.problem = words(error);
    }
  }
}

const requestRows = ({ requests, overdue, lapsed }: Statistics): Row[] => [
  ["Requests", requests.requests],
  ["Median window, hours", requests.median_hours],
  ["Median area, km²", requests.median_km2],
  ["Area asked about within 90 days before", requests.repeated],
  ["Outcomes overdue", overdue.outcome ?? 0],
  ["Deletions overdue", overdue.deletion ?? 0],
  ["No steward looked in time", lapsed],
];

/** Who is asked how often, for each thousand who live there. */
function areaTable({ areas, elsewhere }: Statistics): TemplateResult | typeof nothing {
  if (areas.length === 0) return nothing;
  const rows = areas.map((each) => [each.cell, each.requests, each.people, each.per_1000]);
  if (elsewhere !== null) rows.push(["Everywhere else", 0, elsewhere.people, 0]);
  return columns("Where agencies asked", ["Cell", "Requests", "People", "For 1,000"], rows);
}

const reviewTable = (found: Statistics): TemplateResult | typeof nothing =>
  columns(
    "How stewards decided about requests",
    ["Steward", "Approved", "Refused"],
    Object.entries(found.reviews_by_steward).map(([name, each]) => [
      name,
      each.approved,
      each.refused,
    ]),
  );

const agencyRows = (each: AgencyNumbers): Row[] => [
  ["Requests", each.requests],
  ["Median window, hours", each.median_hours],
  ["Median area, km²", each.median_km2],
  ["Refused by stewards", each.refused],
  ["km² × hours", each.km2_hours],
  ["Same area within 90 days", each.repeated],
  ["Outcomes filed", each.outcomes],
  ["Deletions attested", each.deletions],
  ["Overdue", each.overdue],
  ["Suspended", each.suspended],
];

const total = (counts: Counts): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

type Row = readonly [string, number | null];

function columns(
  caption: string,
  heads: readonly string[],
  rows: readonly (readonly (string | number | null)[])[],
): TemplateResult | typeof nothing {
  if (rows.length === 0) return nothing;
  return html`<section class="panel">
    <table>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          ${heads.map((head) => html`<th scope="col">${head}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ([name, ...values]) => html`<tr>
            <th scope="row">${name}</th>
            ${values.map((value) => html`<td class="numbers">${value ?? "unknown"}</td>`)}
          </tr>`,
        )}
      </tbody>
    </table>
  </section>`;
}

function table(caption: string, rows: readonly Row[]): TemplateResult | typeof nothing {
  if (rows.length === 0) return nothing;
  return html`<section class="panel">
    <table>
      <caption>
        ${caption}
      </caption>
      <tbody>
        ${rows.map(
          ([name, count]) => html`<tr>
            <th scope="row">${name}</th>
            <td class="numbers">${count ?? "none"}</td>
          </tr>`,
        )}
      </tbody>
    </table>
  </section>`;
}
