/** Numbers of the public log as tables. */

import { css, html, nothing, type TemplateResult } from "lit";
import { resultWord } from "./log-entries";
import type { AgencyNumbers } from "./types";

export type Counts = Readonly<Record<string, number>>;
export type Row = readonly [string, number | null];
export type Cell = string | number | null | TemplateResult;

export const tables = css`
  .scroll {
    overflow-x: auto;
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
    vertical-align: top;
    overflow-wrap: anywhere;
  }
  thead th {
    border-top: 0;
    color: var(--ink-soft);
    font-size: var(--text-s);
  }
  thead th:not(:first-child),
  td {
    padding-inline-start: var(--space-3);
    text-align: end;
    overflow-wrap: normal;
    white-space: nowrap;
  }
  .scroll th,
  .scroll td {
    overflow-wrap: normal;
    white-space: nowrap;
  }
`;

export const total = (counts: Counts): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

/** A table with heads; nothing without rows. The first cell of a row names it. */
export function columns(
  caption: string,
  heads: readonly string[],
  rows: readonly (readonly Cell[])[],
  wide = false,
): TemplateResult | typeof nothing {
  if (rows.length === 0) return nothing;
  return html`<div class=${wide ? "scroll" : ""} role=${wide ? "region" : nothing} tabindex=${wide ? 0 : nothing} aria-label=${wide ? caption : nothing}>
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
  </div>`;
}

export function table(caption: string, rows: readonly Row[]): TemplateResult | typeof nothing {
  if (rows.length === 0) return nothing;
  return html`<table>
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
  </table>`;
}

/** All about one agency. */
export const agencyRows = (each: AgencyNumbers): TemplateResult | typeof nothing =>
  table("", [
    ["Requests", each.requests],
    ["of them urgent", each.urgent],
    ["Refused by stewards", each.refused],
    ["Median window, hours", each.median_hours],
    ["Median area, km²", each.median_km2],
    ["km² × hours", each.km2_hours],
    ["Same area within 90 days", each.repeated],
    ["Outcomes filed", each.outcomes],
    ...Object.entries(each.outcomes_by_result).map(
      ([result, count]): Row => [`– ${resultWord(result)}`, count],
    ),
    ["Cases still open", each.put_off],
    ["Deletions attested", each.deletions],
    ["Overdue", each.overdue],
    ["Times suspended", each.suspended],
  ]);
