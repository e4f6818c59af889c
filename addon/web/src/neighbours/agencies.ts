import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { words } from "../api/client";
import type { Agency } from "../api/requests";
import { client } from "../state/session";
import "../ui/confirm";
import { base, buttons, fields } from "../ui/styles";
import { Doing } from "./doing";
import { OBJECTIONS, spaced, STANDINGS, when } from "./request-words";
import "./sketch";
import { neighbourly } from "./style";

const asked = ({ requests, overdue }: Agency): string =>
  `${requests} ${requests === 1 ? "request" : "requests"} so far, ${overdue} overdue`;

/** The agencies of the hub by its public log, and this home's objection to one that wants to join. */
@customElement("nc-agencies")
export class Agencies extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    neighbourly,
    css`
      nc-sketch {
        max-width: 260px;
      }
      details p {
        margin-top: var(--space-2);
      }
    `,
  ];

  @state() private agencies: readonly Agency[] | null = null;
  @state() private problem = "";
  private readonly doing = new Doing(this);

  override connectedCallback(): void {
    super.connectedCallback();
    void this.load();
  }

  override render(): TemplateResult {
    return html`<section class="stack" aria-labelledby="title">
      <h3 id="title">Who may ask</h3>
      ${this.problem === "" ? nothing : html`<p class="notice" role="alert">${this.problem}</p>`}
      ${this.doing.problem === "" ? nothing : html`<p class="notice" role="alert">${this.doing.problem}</p>`}
      ${this.agencies?.length === 0 ? html`<p class="soft">No agency takes part in this hub.</p>` : nothing}
      ${repeat(
        this.agencies ?? [],
        ({ id }) => id,
        (each) => this.renderOne(each),
      )}
    </section>`;
  }

  private renderOne(agency: Agency): TemplateResult {
    const { word, tone } = STANDINGS[agency.standing];
    return html`<article class="card" aria-label=${agency.name}>
      <div class="row">
        <h4>${agency.name}</h4>
        <span class=${`badge ${tone} push`}>${word}</span>
      </div>
      <p class="soft small">
        ${spaced(agency.kind)} · ${agency.domain} · ${asked(agency)}
      </p>
      ${agency.standing === "announced" ? this.renderNotice(agency) : nothing}
      <details>
        <summary class="small">What the log says of it</summary>
        <dl>
          <dt>Contact</dt><dd>${agency.contact}</dd>
          <dt>Let in by</dt><dd>${agency.approved_by.join(" and ")}</dd>
          <dt>Called back</dt><dd>${when(agency.call_back.at)} by ${agency.call_back.steward}, at a number of ${agency.call_back.directory}</dd>
          <dt>Log</dt><dd>entry ${agency.log_index}</dd>
        </dl>
        ${agency.terms === "" ? nothing : html`<p class="words small">${agency.terms}</p>`}
        <nc-sketch .area=${agency.jurisdiction} label="Where it may ask"></nc-sketch>
      </details>
    </article>`;
  }

  private renderNotice(agency: Agency): TemplateResult {
    const said = OBJECTIONS[agency.objection];
    return html`
      <p>
        It wants to join. Members may object until <b>${when(agency.notice_until)}</b>; if enough do, it
        stays out. Nobody learns which homes objected.
      </p>
      ${said === "" ? nothing : html`<p class="small" role="status">${said}</p>`}
      ${
        agency.objection === "none" || agency.objection === "refused"
          ? html`<div class="row"><nc-confirm tone="" question="Object to it? That cannot be taken back." yes="Yes, object" no="Not now"
              @confirmed=${() => this.object(agency.id)}
            >Object to it</nc-confirm></div>`
          : nothing
      }
    `;
  }

  private async object(agency: string): Promise<void> {
    if (await this.doing.tell(() => client.objectTo(agency), "Your objection is on its way"))
      await this.load();
  }

  private async load(): Promise<void> {
    try {
      this.agencies = await client.agencies();
      this.problem = "";
    } catch (error) {
      this.problem = words(error);
    }
  }
}
