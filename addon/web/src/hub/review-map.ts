import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { Watch } from "../state/store";
import { base } from "../ui/styles";
import "./areas-map";
import { ringOf, type Shape } from "./areas-map";
import { cellsOf, type PeopledCell } from "./census";
import { log, readLog } from "./log-store";
import type { Earlier, Review } from "./types";
import { moment, plural } from "./words";

/** Where a request asks, who lives there, and what was asked there before. */
@customElement("nc-hub-review-map")
export class ReviewMap extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: grid;
        gap: var(--space-2);
      }
      ul {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-1) var(--space-4);
      }
      li {
        display: flex;
        align-items: center;
        gap: var(--space-2);
      }
      .key {
        flex: none;
        width: 18px;
        height: 12px;
        border: 2px solid var(--danger);
        background: color-mix(in srgb, var(--danger) 30%, transparent);
      }
      .key.earlier {
        border: 2px dashed var(--motion);
        background: color-mix(in srgb, var(--motion-bright) 14%, transparent);
      }
      .key.share {
        border-color: var(--accent);
        background: color-mix(in srgb, var(--accent) 25%, transparent);
      }
    `,
  ];

  @property({ attribute: false }) review!: Review;
  @state() private cells: readonly PeopledCell[] = [];
  private readonly log = new Watch(this, log);

  override connectedCallback(): void {
    super.connectedCallback();
    void readLog();
  }

  override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get("review");
    if (changed.has("review") && before?.sha256 !== this.review.sha256) void this.load();
  }

  override render(): TemplateResult {
    const near = this.earlier();
    return html`
      <nc-hub-areas label="Map of the request's area" .shapes=${this.shapes(near)}></nc-hub-areas>
      <ul class="small soft" role="list" aria-label="On the map">
        <li><span class="key"></span>this request</li>
        ${near.length === 0 ? nothing : html`<li><span class="key earlier"></span>${plural(near.length, "earlier one")} in 90 days</li>`}
        <li><span class="key share"></span>${this.people()}</li>
      </ul>
    `;
  }

  private people(): string {
    const cells = plural(this.cells.length, "cell");
    if (this.cells.some(({ people }) => people === null)) return `${cells}; no census says who lives there`;
    const all = this.cells.reduce((sum, { people }) => sum + (people ?? 0), 0);
    return `${cells} with ${all} people together`;
  }

  /** Requests near this one with their areas, as the log has them. */
  private earlier(): { readonly about: Earlier; readonly ring: Shape["ring"] }[] {
    const known = new Map(this.log.value?.entries.map(({ index, entry }) => [index, entry]));
    return this.review.context.near.flatMap((about) => {
      const entry = known.get(about.index);
      return entry?.type === "request-logged" ? [{ about, ring: ringOf(entry.request.request.area) }] : [];
    });
  }

  private shapes(near: ReturnType<ReviewMap["earlier"]>): Shape[] {
    const most = Math.max(1, ...this.cells.map(({ people }) => people ?? 0));
    const { area } = this.review.request.request;
    return [
      ...this.cells.map(
        ({ ring, people }): Shape => ({
          ring,
          kind: "share",
          label: people === null ? "" : `${people} people`,
          strength: people === null ? 0 : (0.5 * people) / most,
        }),
      ),
      ...near.map(
        ({ about, ring }): Shape => ({
          ring,
          kind: "earlier",
          label: `${about.agency}: ${about.offence.replaceAll("-", " ")}, ${moment(about.logged)}`,
        }),
      ),
      { ring: ringOf(area), kind: "area", label: "This request", strength: 0.15 },
    ];
  }

  private async load(): Promise<void> {
    const { area } = this.review.request.request;
    const found = await cellsOf(area);
    if (area === this.review.request.request.area) this.cells = found;
  }
}
