import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { Watch } from "../state/store";
import { base, buttons, facts } from "../ui/styles";
import "./copy-line";
import { panel } from "./hub-style";
import { type LogRead, readLog } from "./log-store";
import { hub } from "./session";
import { moment, plural } from "./words";

/** The checkpoint, who confirmed it, and how to check all of it without this page. */
@customElement("nc-hub-log-check")
export class LogCheck extends LitElement {
  static override styles = [
    base,
    buttons,
    facts,
    panel,
    css`
      code {
        font-size: var(--text-xs);
      }
      .good {
        color: var(--good);
        font-weight: 600;
      }
      .bad {
        color: var(--danger);
        font-weight: 600;
      }
    `,
  ];

  @property({ attribute: false }) read!: LogRead;
  private readonly hub = new Watch(this, hub);

  override render(): TemplateResult {
    const { checkpoint } = this.read;
    return html`<section class="panel stack" aria-labelledby="title">
      <h3 id="title">Checkpoint</h3>
      ${this.renderVerdict()}
      <dl class="small">
        <dt class="soft">Log</dt>
        <dd>${checkpoint.origin}</dd>
        <dt class="soft">Entries</dt>
        <dd class="numbers">${checkpoint.size}</dd>
        <dt class="soft">Root</dt>
        <dd><code>${checkpoint.root}</code></dd>
        ${this.read.confirmations.map(
          (each, at) => html`<dt class="soft">${at === 0 ? "Signed" : "Witness"}</dt>
            <dd>${this.renderConfirmation(each)}</dd>`,
        )}
      </dl>
      ${
        this.read.confirmations.length > 1
          ? nothing
          : html`<p class="small soft">No other hub confirms it: nobody would notice if this hub showed two people two pasts.</p>`
      }
      <p class="row"><a class="button" href="./log/checkpoint">The signed checkpoint</a></p>
      <h3>Check it yourself</h3>
      <p class="small">
        This page comes from the hub, so believe your own machine rather than it. Your NeighborCam
        checks the log before it shows anything; this reads all of it and counts again:
      </p>
      <nc-hub-copy label="Command" .text=${this.command}></nc-hub-copy>
    </section>`;
  }

  private get command(): string {
    const here = new URL(".", document.baseURI).href.replace(/\/$/, "");
    return `neighborcam hub statistics --log ${this.hub.value?.log ?? "KEY"}=${here}`;
  }

  private renderVerdict(): TemplateResult {
    const { addsUp, isWhole, entries } = this.read;
    if (addsUp === true)
      return html`<p class="good">${plural(entries.length, "entry", "entries")} read; they add up to it.</p>`;
    if (addsUp === false)
      return html`<p class="notice" role="alert">
        The entries do not add up to the checkpoint. Tell the stewards and your neighbours: this hub
        misbehaves.
      </p>`;
    if (isWhole) return html`<p class="small soft">This browser cannot compute it without https.</p>`;
    return html`<p class="small">
      The newest ${entries.length} were read.
      <button @click=${() => void readLog(true)}>Read and check all</button>
    </p>`;
  }

  private renderConfirmation(found: LogRead["confirmations"][number]): TemplateResult {
    if (typeof found === "string") return html`${found}: <span class="bad">not yet</span>`;
    const { name, at, checked } = found;
    const verdict = {
      true: html`<span class="good">right</span>`,
      false: html`<span class="bad">WRONG</span>`,
      null: html`<span class="soft">this browser cannot check it</span>`,
    }[String(checked) as "true" | "false" | "null"];
    return html`${name}${at === null ? nothing : `, ${moment(at.toISOString())}`}: ${verdict}`;
  }
}
