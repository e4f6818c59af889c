import { css } from "lit";
import { marks } from "../ui/styles";

/** What the parts of the hub's page share beside ui/styles. */
export const panel = css`
  ${marks}
  .panel {
    padding: var(--space-5);
    border: 1px solid var(--line);
    border-radius: var(--radius-l);
    background: var(--surface);
    box-shadow: var(--shadow);
  }
  .page-title {
    font-size: var(--text-xl);
    letter-spacing: -0.02em;
  }
  .lead {
    max-width: 68ch;
  }
  a {
    color: var(--accent);
  }
  .badge {
    white-space: nowrap;
  }
  @media (max-width: 640px) {
    .panel {
      padding: var(--space-4);
    }
  }
`;
