import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import { Watch } from "../state/store";
import { base, buttons, fields } from "../ui/styles";
import { agencies, agenciesKnown, agenciesProblem, loadAgencies } from "./agencies";
import { standing } from "./agency-words";
import { panel } from "./hub-style";
import type { Agency } from "./types";
import { plural } from "./words";

/** The agencies that may ask this neighbourhood, or want to. */
@customElement("nc-hub-agencies")
export class AgenciesPage extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    panel,
    css`
      ul {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 340px), 1fr));
        gap: var(--space-4);
      }
      li {
        display: grid;
        gap: var(--space-2);
        align-content: start;
        position: relative;
      }
      li a::after {
        content: "";
        position: absolute;
        inset: 0;
        border-radius: var(--radius-l);
      }
      li:hover {
        border-color: var(--line-strong);
      }
    `,
  ];

  private readonly agencies = new Watch(this, agencies);
  private readonly known = new Watch(this, agenciesKnown);
  private readonly problem = new Watch(this, agenciesProblem);

  override connectedCallback(): void {
    super.connectedCallback();
    void loadAgencies();
  }

  override render(): TemplateResult {
    return html`<div class="stack">
      <h2 class="page-title">Agencies</h2>
      <p class="lead">
        Police and rescue may ask the homes here for video of an offence, in public, within fixed
        limits, after two stewards and all members could object. Every home decides for itself, and
        whether it answered is seen by nobody. <a href="./api/terms">The Terms of Asking</a>
      </p>
      ${
        this.problem.value === ""
          ? nothing
          : html`<div class="notice row" role="alert">
              ${this.problem.value}<button @click=${() => void loadAgencies()}>Try again</button>
            </div>`
      }
      ${this.renderList()}
    </div>`;
  }

  private renderList(): TemplateResult | typeof nothing {
    if (!this.known.value)
      return this.problem.value === "" ? html`<p class="panel soft" role="status">Loading…</p>` : nothing;
    if (this.agencies.value.length === 0)
      return html`<p class="panel soft">No agency has joined, and none wants to. Nobody may ask.</p>`;
    return html`<ul role="list">
      ${this.agencies.value.map((each) => this.renderAgency(each))}
    </ul>`;
  }

  private renderAgency(agency: Agency): TemplateResult {
    const { badge, tone, text } = standing(agency);
    const overdue = agency.owes.filter(({ due }) => Date.parse(due) < Date.now()).length;
    return html`<li class="panel">
      <div class="row">
        <h3><a href=${`./#agency=${agency.id}`}>${agency.name}</a></h3>
        <span class=${`badge push ${tone}`}>${badge}</span>
      </div>
      <p class="small">${text}</p>
      <p class="small soft">
        ${plural(agency.open, "open request")}
        ${overdue === 0 ? nothing : html`· <b>${plural(overdue, "account")} overdue</b>`}
      </p>
    </li>`;
  }
}
