import { css, html, LitElement, type TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { icon } from "./icon";
import { base, buttons } from "./styles";

/** A modal dialog, open as long as it is in the page. Fires `close` once the person leaves it. */
@customElement("nc-dialog")
export class Dialog extends LitElement {
  static override styles = [
    base,
    buttons,
    css`
      dialog {
        width: min(100vw - 24px, var(--dialog-width, 560px));
        max-height: min(100dvh - 24px, 900px);
        padding: 0;
        border: 1px solid var(--line);
        border-radius: var(--radius-l);
        background: var(--surface);
        color: var(--ink);
        box-shadow: var(--shadow-high);
        overflow: hidden;
      }
      dialog[open] {
        display: grid;
        grid-template-rows: auto minmax(0, 1fr) auto;
      }
      dialog::backdrop {
        background: rgb(10 15 13 / 0.55);
        backdrop-filter: blur(3px);
      }
      header {
        display: flex;
        align-items: center;
        gap: var(--space-3);
        padding: var(--space-3) var(--space-3) var(--space-3) var(--space-5);
        border-bottom: 1px solid var(--line);
      }
      h2 {
        flex: 1;
        min-width: 0;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .body {
        padding: var(--dialog-padding, var(--space-5));
        overflow: auto;
        overscroll-behavior: contain;
      }
      footer {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-2);
        padding: var(--space-3) var(--space-5);
        border-top: 1px solid var(--line);
      }
      @media (max-width: 520px) {
        .body {
          padding: var(--dialog-padding, var(--space-4));
        }
        header {
          padding-left: var(--space-4);
        }
        footer {
          padding: var(--space-3) var(--space-4);
        }
      }
    `,
  ];

  @property() heading = "";
  @property({ type: Boolean }) footer = false;
  @query("dialog") private dialog!: HTMLDialogElement;
  private opener: Element | null = null;

  override firstUpdated(): void {
    this.opener = deepActive();
    this.dialog.showModal();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    if (this.opener instanceof HTMLElement) this.opener.focus();
  }

  override render(): TemplateResult {
    return html`<dialog
      aria-labelledby="heading"
      @close=${this.leave}
      @cancel=${(event: Event) => event.target !== this.dialog && event.stopPropagation()}
    >
      <header>
        <h2 id="heading">${this.heading}</h2>
        <button class="plain icon-only" aria-label="Close" @click=${() => this.dialog.close()}>
          ${icon("close")}
        </button>
      </header>
      <div class="body"><slot></slot></div>
      <footer ?hidden=${!this.footer}><slot name="footer"></slot></footer>
    </dialog>`;
  }

  private leave(): void {
    this.dispatchEvent(new CustomEvent("close"));
  }
}

function deepActive(): Element | null {
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  return active;
}
