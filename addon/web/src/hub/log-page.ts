import { css, html, LitElement, type PropertyValues, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { Watch } from "../state/store";
import { base, buttons, fields } from "../ui/styles";
import { agencies, loadAgencies } from "./agencies";
import { panel } from "./hub-style";
import "./log-check";
import { agencyOf, GROUPS, type Group, groupOf } from "./log-entries";
import "./log-entry";
import { type Logged, log, logProblem, readLog } from "./log-store";
import { item } from "./session";
import { plural } from "./words";

const SHOWN_AT_ONCE = 60;

/** The public log, to be read by people. */
@customElement("nc-hub-log")
export class LogPage extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    panel,
    css`
      .both {
        display: grid;
        grid-template-columns: minmax(0, 1fr) 360px;
        gap: var(--space-5);
        align-items: start;
      }
      .filters {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 200px), 1fr));
        gap: var(--space-3);
        margin-bottom: var(--space-4);
      }
      @media (max-width: 960px) {
        .both {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];

  private readonly log = new Watch(this, log);
  private readonly problem = new Watch(this, logProblem);
  private readonly agencies = new Watch(this, agencies);
  private readonly item = new Watch(this, item);
  @state() private group: Group | "" = "";
  @state() private agency = "";
  @state() private most = SHOWN_AT_ONCE;
  private aimed: string | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    void readLog();
    void loadAgencies();
  }

  override updated(_changed: PropertyValues<this>): void {
    const aim = this.item.value;
    const found = this.renderRoot.querySelector("nc-hub-log-entry[aimed]");
    if (aim === this.aimed || found === null) return;
    this.aimed = aim;
    found.scrollIntoView({ block: "center" });
  }

  override render(): TemplateResult {
    return html`<div class="stack">
      <h2 class="page-title">Public log</h2>
      <p class="lead">
        Whatever is done here with power over people stands in this log, for good: requests of
        agencies, decisions of stewards with their reasons, demands for data. Nothing can be taken out
        or put in between without being noticed. What members write is not in it, nor who answered.
      </p>
      ${this.problem.value === "" ? "" : html`<p class="notice" role="alert">${this.problem.value}</p>`}
      ${this.log.value === null ? this.renderWaiting() : this.renderLog()}
    </div>`;
  }

  private renderWaiting(): TemplateResult {
    return this.problem.value === ""
      ? html`<p class="panel soft" role="status">Reading the log…</p>`
      : html`<div class="row"><button @click=${() => void readLog()}>Try again</button></div>`;
  }

  private renderLog(): TemplateResult {
    const read = this.log.value;
    if (read === null) return html``;
    const found = read.entries.filter((each) => this.isWanted(each));
    const upto = found.findIndex(({ index }) => String(index) === this.item.value);
    const shown = found.slice(0, Math.max(this.most, upto + 1));
    return html`<div class="both">
      <section class="panel" aria-label="Entries">
        ${this.renderFilters()}
        <p class="small soft" role="status">
          ${plural(found.length, "entry", "entries")}, the newest first
        </p>
        ${repeat(
          shown,
          ({ index }) => index,
          (each) => html`<nc-hub-log-entry
            .logged=${each}
            ?aimed=${String(each.index) === this.item.value}
          ></nc-hub-log-entry>`,
        )}
        ${
          shown.length < found.length
            ? html`<div class="row">
                <button @click=${() => (this.most += SHOWN_AT_ONCE)}>Older entries</button>
              </div>`
            : ""
        }
      </section>
      <nc-hub-log-check .read=${read}></nc-hub-log-check>
    </div>`;
  }

  private renderFilters(): TemplateResult {
    return html`<div class="filters">
      <label>
        About
        <select @change=${(event: Event) => (this.group = chosen(event) as Group | "")}>
          <option value="">Everything</option>
          ${Object.entries(GROUPS).map(([group, word]) => html`<option value=${group}>${word}</option>`)}
        </select>
      </label>
      <label>
        Agency
        <select @change=${(event: Event) => (this.agency = chosen(event))}>
          <option value="">All</option>
          ${this.agencies.value.map(({ id, name }) => html`<option value=${id}>${name}</option>`)}
        </select>
      </label>
    </div>`;
  }

  private isWanted({ entry, index }: Logged): boolean {
    if (this.group !== "" && groupOf(entry) !== this.group) return false;
    if (this.agency === "") return true;
    const announced = this.agencies.value.find((each) => each.index === index);
    return (agencyOf(entry) ?? announced?.id) === this.agency;
  }
}

const chosen = (event: Event): string => (event.target as HTMLSelectElement).value;
