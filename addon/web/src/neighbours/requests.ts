import { html, LitElement, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import type { AgencyRequest } from "../api/requests";
import type { Home } from "../state/home";
import { home } from "../state/session";
import { Watch } from "../state/store";
import { base, buttons } from "../ui/styles";
import "./request-review";
import { spaced, stateWord, when } from "./request-words";
import "./viewpoints";

/** Agencies' requests, and what this home says about being asked at all. */
@customElement("nc-requests")
export class Requests extends LitElement {
  static override styles = [base, buttons];

  private readonly home = new Watch<Home>(this, home);
  @state() private chosen: string | null = null;

  override render(): TemplateResult {
    const { requests } = this.home.value;
    if (this.chosen !== null)
      return html`<div class="stack">
        <div class="row"><button class="plain" @click=${() => (this.chosen = null)}>All requests</button></div>
        <nc-request-review .request=${this.chosen}></nc-request-review>
      </div>`;
    return html`<div class="stack">
      <p class="soft small">
        Requests come from the hub's public log and from nowhere else. Nobody learns whether you
        looked. Every home sends the same sealed capsule in every round, whatever it decides.
      </p>
      ${requests.length === 0 ? html`<p class="soft">Nobody asks.</p>` : requests.map((each) => this.renderOne(each))}
      <nc-viewpoints></nc-viewpoints>
    </div>`;
  }

  private renderOne(request: AgencyRequest): TemplateResult {
    return html`<article class="stack">
      <h3>${request.agency}: ${spaced(request.offence)}</h3>
      <p>${request.what}</p>
      <p class="soft small">
        ${stateWord(request.state)}${request.urgent ? ", urgent" : ""}, until ${when(request.expires)}.
        ${request.matching_cameras === 0 ? "None of your cameras sees it." : `${request.matching_cameras} of your cameras may have seen it.`}
      </p>
      <div class="row"><button class="primary" @click=${() => (this.chosen = request.id)}>Look at it</button></div>
    </article>`;
  }
}
