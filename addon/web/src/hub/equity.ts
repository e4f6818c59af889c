import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { base } from "../ui/styles";
import "./areas-map";
import type { Shape } from "./areas-map";
import { ringsOf } from "./cells";
import { panel } from "./hub-style";
import { columns, tables } from "./number-tables";
import type { AreaNumbers, Statistics } from "./types";

/** Which parts of the neighbourhood are asked how often, for a thousand who live there. */
@customElement("nc-hub-equity")
export class Equity extends LitElement {
  static override styles = [
    base,
    panel,
    tables,
    css`
      .both {
        display: grid;
        grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
        gap: var(--space-5);
        align-items: start;
      }
      @media (max-width: 860px) {
        .both {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];

  @property({ attribute: false }) found!: Statistics;
  @state() private shapes: readonly Shape[] = [];

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("found")) void this.draw(this.found.areas);
  }

  override render(): TemplateResult | typeof nothing {
    const { areas, elsewhere } = this.found;
    if (areas.length === 0)
      return html`<p class="soft">No agency has asked about anything here yet.</p>`;
    const rows = areas.map((each) => [each.cell, each.requests, each.repeated, each.people, each.per_1000]);
    if (elsewhere !== null) rows.push(["Everywhere else", 0, 0, elsewhere.people, 0]);
    const overall = elsewhere?.per_1000_overall ?? null;
    return html`<div class="both">
      <nc-hub-areas label="Map of how often each part is asked" .shapes=${this.shapes}></nc-hub-areas>
      <div class="stack">
        ${columns("By cells of about 5 km²", ["Cell", "Requests", "Again in 90 days", "People", "For 1,000"], rows, true)}
        <p class="small soft">
          ${
            overall === null
              ? "This hub has no census, so it is not known how many people live in a cell."
              : `Everywhere together: ${overall} requests for 1,000 people. A cell far above that is asked more than others: ask why.`
          }
        </p>
      </div>
    </div>`;
  }

  private async draw(areas: readonly AreaNumbers[]): Promise<void> {
    const rings = await ringsOf(areas.map(({ cell }) => cell));
    const share = (each: AreaNumbers): number => each.per_1000 ?? each.requests;
    const most = Math.max(...areas.map(share), 0);
    this.shapes = areas.map((each, at): Shape => {
      const people = each.per_1000 === null ? "" : `, ${each.per_1000} for 1,000 people`;
      return {
        ring: rings[at] ?? [],
        kind: "share",
        label: `${each.cell}: ${each.requests} requests${people}`,
        strength: most === 0 ? 0 : share(each) / most,
      };
    });
  }
}
