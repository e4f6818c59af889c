import { type CSSResult, css, html, nothing, type TemplateResult } from "lit";

/** The way to a part of a page. */
export interface PartLink {
  readonly href: string;
  readonly word: string;
  readonly isOpen: boolean;
}

/** The frame of a page: its head with the ways to its parts, and the part that is open. Widths are in pixels. */
export const shell = (widest: number, narrow: number): CSSResult => css`
  :host {
    max-width: ${widest}px;
    margin: 0 auto;
    padding: 0 var(--space-5) var(--space-6);
  }
  header {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: var(--space-2) var(--space-3);
    padding: var(--space-4) 0;
  }
  h1 {
    font-size: 1.2rem;
    font-weight: 660;
    letter-spacing: -0.015em;
  }
  nav ul {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-1);
  }
  nav a {
    display: grid;
    place-items: center;
    min-height: 40px;
    padding: 0 var(--space-4);
    border-radius: var(--radius-full);
    color: var(--ink);
    font-size: var(--text-s);
    font-weight: 550;
    text-decoration: none;
  }
  nav a:hover {
    background: var(--surface-sunk);
  }
  nav a[aria-current] {
    background: var(--accent-soft);
    color: var(--accent);
  }
  main:focus {
    outline: none;
  }
  @media (max-width: ${narrow}px) {
    :host {
      padding: 0 var(--space-3) var(--space-5);
    }
    header {
      padding: var(--space-3) 0;
    }
    nav {
      order: 1; /* below all else of the head */
      flex-basis: 100%;
    }
    nav a {
      padding: 0 var(--space-3);
    }
  }
`;

/** The ways to the parts of a page. */
export function partLinks(links: readonly PartLink[]): TemplateResult {
  return html`<nav aria-label="Pages">
    <ul role="list">
      ${links.map(
        ({ href, word, isOpen }) => html`<li>
          <a href=${href} aria-current=${isOpen ? "page" : nothing}>${word}</a>
        </li>`,
      )}
    </ul>
  </nav>`;
}
