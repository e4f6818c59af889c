import { html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { AgencyRequest } from "../api/requests";
import type { Scope } from "../api/types";
import type { Home } from "../state/home";
import { home, scope } from "../state/session";
import { Watch } from "../state/store";
import { base, buttons } from "../ui/styles";
import "./agencies";
import "./holds";
import "./request-review";
import { spaced, stateWord, when } from "./request-words";
import { neighbourly } from "./style";
import "./viewpoints";

/** Agencies' requests, who may ask, and what this home says about being asked at all. */
@customElement("nc-requests")
export class Requests extends LitElement {
  static override styles = [base, buttons, neighbourly];

  private readonly home = new Watch<Home>(this, home);
  private readonly scope = new Watch<Scope>(this, scope);
  @state() private chosen: string | null = null;

  override render(): TemplateResult {
    const { requests } = this.home.value;
    const decides = this.scope.value === "admin";
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
      ${requests.length === 0 ? html`<p class="soft">Nobody asks.</p>` : nothing}
      ${repeat(
        requests,
        ({ id }) => id,
        (each) => this.renderOne(each, decides),
      )}
      ${decides ? html`<nc-viewpoints></nc-viewpoints><nc-holds></nc-holds><nc-agencies></nc-agencies>` : nothing}
    </div>`;
  }

  private renderOne(request: AgencyRequest, decides: boolean): TemplateResult {
    const open = request.state === "open";
    return html`<article class="card" aria-labelledby=${`title-${request.id}`}>
      <div class="row">
        <h3 id=${`title-${request.id}`}>${request.agency}: ${spaced(request.offence)}</h3>
        <span class="row push">
          ${request.urgent ? html`<span class="badge bad">urgent</span>` : nothing}
          <span class=${`badge ${open ? "good" : ""}`}>${stateWord(request.state)}</span>
        </span>
      </div>
      <p class="words">${request.what}</p>
      <p class="soft small">
        ${open ? "Until" : "It was open until"} ${when(request.expires)}.
        ${request.matching_cameras === 0 ? "None of your cameras sees it." : `${request.matching_cameras} of your cameras may have seen it.`}
      </p>
      ${decides ? html`<div class="row"><button class=${open ? "primary" : ""} @click=${() => (this.chosen = request.id)}>Look at it</button></div>` : nothing}
    </article>`;
  }
}
