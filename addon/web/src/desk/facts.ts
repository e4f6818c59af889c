import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { panel } from "../hub/hub-style";
import { base } from "../ui/styles";
import "./area-map";
import { sheet } from "./style";
import { T } from "./texts";
import type { AgencyRequest, Polygon } from "./types";
import { moment, spaced } from "./words";

/** What a request asks, with its area on the map. */
@customElement("nc-desk-facts")
export class Facts extends LitElement {
  static override styles = [
    base,
    panel,
    sheet,
    css`
      .both {
        display: grid;
        grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
        gap: var(--space-4);
      }
      nc-area-map {
        --map-height: 280px;
      }
      @media (max-width: 820px) {
        .both {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];

  @property({ attribute: false }) request!: AgencyRequest;
  @property({ attribute: false }) jurisdiction: Polygon | null = null;
  @property() officer = "";
  @property() supervisor = "";

  override render(): TemplateResult {
    const { request } = this;
    const rows: [string, string][] = [
      [T.facts.case, request.case_ref],
      [T.facts.offence, spaced(request.offence) + (request.urgent ? ` (${T.facts.urgent})` : "")],
      [T.facts.what, request.what],
      [T.facts.necessity, request.necessity],
      [T.facts.tried, request.tried.map(spaced).join(", ")],
      [T.facts.window, T.facts.to(moment(request.window_start), moment(request.window_end))],
      [T.facts.media, request.media_wanted.join(", ")],
      [T.facts.contact, request.contact],
      [T.facts.retention, T.facts.days(request.retention_days)],
      [T.facts.expires, moment(request.expires)],
      [T.facts.signed, T.facts.and(this.officer, this.supervisor)],
    ];
    return html`<div class="both">
      <dl>${rows.map(([name, value]) => html`<dt class="soft small">${name}</dt><dd class="words">${value}</dd>`)}</dl>
      ${request.area ? html`<nc-area-map readonly .area=${request.area} .jurisdiction=${this.jurisdiction}></nc-area-map>` : nothing}
    </div>`;
  }
}
