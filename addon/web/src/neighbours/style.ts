import { css } from "lit";
import { facts, marks } from "../ui/styles";

/** What the parts of the neighbourhood share beside ui/styles. */
export const neighbourly = css`
  ${marks}
  ${facts}
  legend {
    padding: 0;
    margin-bottom: 6px;
    font-size: var(--text-s);
    font-weight: 550;
  }
  h4 {
    margin: 0;
    font-size: var(--text-m);
    font-weight: 600;
  }
  .card {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: var(--space-3);
    padding: var(--space-4);
    border: 1px solid var(--line);
    border-radius: var(--radius-m);
    background: var(--surface);
  }
  .sunk {
    padding: var(--space-3) var(--space-4);
    border-radius: var(--radius-m);
    background: var(--surface-sunk);
  }
  .advice {
    display: grid;
    gap: var(--space-2);
    padding: var(--space-3) var(--space-4);
    border-radius: var(--radius-m);
    background: var(--motion-soft);
    color: var(--motion);
    font-size: var(--text-s);
    font-weight: 500;
  }
  .chips {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-2);
  }
  .chip {
    position: relative;
    display: inline-flex;
    align-items: center;
    gap: 6px;
    min-height: 40px;
    padding: 0 var(--space-3);
    border: 1px solid var(--line);
    border-radius: var(--radius-full);
    cursor: pointer;
    font-weight: 500;
  }
  .chip input {
    position: absolute;
    inset: 0;
    margin: 0;
    opacity: 0;
    cursor: pointer;
  }
  .chip:has(:checked) {
    border-color: var(--accent);
    background: var(--accent-soft);
    color: var(--accent);
  }
  .chip:has(:focus-visible) {
    outline: 2px solid var(--accent);
    outline-offset: 2px;
  }
  dl {
    font-size: var(--text-s);
  }
  dt {
    color: var(--ink-soft);
  }
  dd {
    white-space: pre-line;
  }
  img,
  video {
    display: block;
    max-width: 100%;
    border-radius: var(--radius-m);
  }
  @media (max-width: 520px) {
    dl {
      grid-template-columns: minmax(0, 1fr);
      gap: 0;
    }
    dd {
      margin-bottom: var(--space-2);
    }
  }
`;
