import { css } from "lit";
import { facts } from "../ui/styles";

/** What the parts of the desk's page share beside ui/styles and the hub's panel. */
export const sheet = css`
  ${facts}
  form,
  article,
  section {
    display: grid;
    gap: var(--space-4);
    align-content: start;
    min-width: 0;
  }
  h4 {
    margin: 0;
    font-size: var(--text-m);
  }
  form.row,
  form > .row {
    align-items: end;
  }
  textarea.code,
  code,
  pre {
    font: 400 var(--text-s) / 1.45 ui-monospace, "DejaVu Sans Mono", monospace;
    overflow-wrap: anywhere;
  }
  pre {
    margin: 0;
    padding: var(--space-4);
    border-radius: var(--radius-m);
    background: var(--surface-sunk);
    white-space: pre-wrap;
    overflow: auto;
  }
  details > summary {
    min-height: 40px;
    padding-block: var(--space-2);
    cursor: pointer;
    font-weight: 550;
  }
  p:empty,
  .problem:empty {
    display: none;
  }
  .good {
    color: var(--good);
  }
  .calm {
    padding: var(--space-3) var(--space-4);
    border-radius: var(--radius-m);
    background: var(--accent-soft);
    font-size: var(--text-s);
  }
  .caution {
    padding: var(--space-3) var(--space-4);
    border-radius: var(--radius-m);
    background: var(--motion-soft);
    color: var(--motion);
    font-size: var(--text-s);
    font-weight: 500;
  }
  .checks {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-2) var(--space-4);
  }
  .checks label {
    display: flex;
    align-items: center;
    gap: var(--space-2);
    min-height: 32px;
    font-weight: 400;
  }
  fieldset {
    display: grid;
    gap: var(--space-3);
    min-width: 0;
  }
  legend {
    padding: 0;
    font-size: var(--text-s);
    font-weight: 550;
  }
`;

/** A draft, and beside it what is found in it. */
export const draftLayout = css`
  .both {
    display: grid;
    grid-template-columns: minmax(0, 1fr) 320px;
    gap: var(--space-5);
    align-items: start;
  }
  aside {
    position: sticky;
    top: var(--space-4);
    display: grid;
    gap: var(--space-4);
  }
  @media (max-width: 960px) {
    .both {
      grid-template-columns: minmax(0, 1fr);
    }
    aside {
      position: static;
    }
  }
`;
