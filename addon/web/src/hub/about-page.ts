import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { Watch } from "../state/store";
import { Action } from "../ui/action";
import { base, buttons, fields } from "../ui/styles";
import { panel } from "./hub-style";
import "./log-entry";
import { type Logged, log, logProblem, readLog } from "./log-store";
import { client, hub } from "./session";
import type { TableTold } from "./types";
import { plural } from "./words";

/** Who runs the hub, what it holds and for how long, and who demanded some of it. */
@customElement("nc-hub-about")
export class AboutPage extends LitElement {
  static override styles = [
    base,
    buttons,
    fields,
    panel,
    css`
      dl {
        display: grid;
        grid-template-columns: minmax(8ch, auto) minmax(0, 1fr);
        gap: var(--space-2) var(--space-4);
        margin: 0;
      }
      dd {
        margin: 0;
        overflow-wrap: anywhere;
      }
      details {
        padding: var(--space-2) 0;
        border-top: 1px solid var(--line);
      }
      summary {
        display: grid;
        grid-template-columns: 14ch minmax(0, 1fr) minmax(0, 22ch);
        gap: 2px var(--space-4);
        align-items: baseline;
        cursor: pointer;
      }
      summary code {
        overflow-wrap: anywhere;
        font-weight: 600;
      }
      details dl {
        margin: var(--space-3) 0;
        padding: var(--space-3) var(--space-4);
        border-radius: var(--radius-m);
        background: var(--surface-sunk);
        font-size: var(--text-s);
      }
      @media (max-width: 700px) {
        summary {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];

  private readonly hub = new Watch(this, hub);
  private readonly log = new Watch(this, log);
  private readonly logProblem = new Watch(this, logProblem);
  @state() private tables: readonly TableTold[] | null = null;
  private readonly asking = new Action(this);

  override connectedCallback(): void {
    super.connectedCallback();
    void this.load();
    void readLog();
  }

  override render(): TemplateResult {
    return html`<div class="stack">
      <h2 class="page-title">About this hub</h2>
      ${this.renderWho()}
      <section class="panel stack" aria-labelledby="demands">
        <h3 id="demands">Who demanded data of it</h3>
        ${this.renderDemands()}
      </section>
      <section class="panel stack" aria-labelledby="holds">
        <h3 id="holds">What it holds, and can be made to give</h3>
        <p class="lead">
          Every table and column of its database, written from the database itself. There is nothing
          else: no names, no addresses, no places of homes or cameras, no log of connections. Files beside
          it are pictures of alerts, and sealed pieces that the hub cannot open.
        </p>
        ${this.asking.problem === "" ? nothing : this.renderProblem()}
        ${this.tables === null ? nothing : this.renderTables(this.tables)}
      </section>
    </div>`;
  }

  private renderWho(): TemplateResult {
    const view = this.hub.value;
    if (view === null) return html`<p class="panel soft" role="status">Loading…</p>`;
    const rows: readonly (readonly [string, string])[] = [
      ["Run by", view.contact || "Nobody has said. Ask who invited you."],
      ["Stewards", view.stewards.join(", ") || "none yet"],
      ["Other hubs that confirm its log", view.witnesses.map((key) => key.split("+")[0]).join(", ") || "none"],
      ["Pictures", view.takes_media ? "are taken, and looked at before anybody sees them" : "are not taken"],
      ["A cell of an alert has", `${view.crowd} people at least${view.has_census ? "" : "; without a census, several streets"}`],
      ["Software", `NeighborCam ${view.version}`],
      ["Key of the log", view.log],
    ];
    return html`<section class="panel stack" aria-labelledby="who">
      <h3 id="who">${view.name}</h3>
      <dl>
        ${rows.map(([name, value]) => html`<dt class="soft">${name}</dt><dd>${value}</dd>`)}
      </dl>
      <p class="row">
        <a class="button" href="./api/terms">Terms of Asking</a>
        <a class="button" href="./api/openapi.json">Its interface for programs</a>
      </p>
    </section>`;
  }

  private renderDemands(): TemplateResult {
    const read = this.log.value;
    if (read === null)
      return html`<p class="soft" role="status">${this.logProblem.value || "Reading the log…"}</p>`;
    const found = read.entries.filter(({ entry }) => entry.type === "legal-demand");
    const opened = read.entries.filter(({ entry }) => entry.type === "envelope-opened");
    return html`
      <p>
        ${found.length === 0 ? "Nobody, as the public log says." : `${plural(found.length, "demand")}.`}
        ${
          opened.length === 0
            ? "Stewards never looked who wrote something."
            : `Stewards looked ${plural(opened.length, "time")} who wrote something.`
        }
        ${read.isWhole ? nothing : html`<span class="soft">Only the newest entries were read.</span>`}
      </p>
      ${[...found, ...opened].map((each) => this.renderEntry(each))}
    `;
  }

  private renderEntry(logged: Logged): TemplateResult {
    return html`<nc-hub-log-entry .logged=${logged}></nc-hub-log-entry>`;
  }

  private renderProblem(): TemplateResult {
    return html`<div class="notice row" role="alert">
      ${this.asking.problem}<button @click=${this.load}>Try again</button>
    </div>`;
  }

  private renderTables(found: readonly TableTold[]): TemplateResult {
    return html`<div>
      ${found.map(
        ({ name, tells, kept, columns }) => html`<details data-table=${name}>
          <summary>
            <code>${name}</code><span>${tells}</span><span class="small soft">kept: ${kept}</span>
          </summary>
          <dl>
            ${columns.map(
              (each) => html`<dt><code>${each.name}</code></dt>
                <dd>${each.tells} <span class="soft">(${each.holds})</span></dd>`,
            )}
          </dl>
        </details>`,
      )}
    </div>`;
  }

  private load = async (): Promise<void> => {
    await this.asking.run(async () => {
      this.tables = await client.inventory();
    });
  };
}
