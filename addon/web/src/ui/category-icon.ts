import { type SVGTemplateResult, svg, type TemplateResult } from "lit";
import type { Category } from "../hub/types";
import { drawing } from "./drawing";

const PATHS: Readonly<Record<Category, SVGTemplateResult>> = {
  fire: svg`<path d="M12 3.5c.5 3.5 5.5 5.5 5.5 10.5a5.5 5.5 0 0 1-11 0c0-2 1-3.5 2.2-4.5.3 1.5 1 2.2 1.8 2.5-.5-3.5.3-6.5 1.5-8.5z"/>`,
  gas: svg`<path d="M4 9h9.5a2.5 2.5 0 1 0-2.5-2.5M4 13h13.5a2.5 2.5 0 1 1-2.5 2.5M4 17h7"/>`,
  flood: svg`<path d="M3.5 12l8.5-7 8.5 7M6 10.5V14M18 10.5V14M3 17.5c1.5-1.5 3-1.5 4.5 0s3 1.5 4.5 0 3-1.5 4.5 0 3 1.5 4.5 0"/>`,
  storm: svg`<path d="M7 14.5a4 4 0 0 1 .5-8 5 5 0 0 1 9.3 1.2A3.5 3.5 0 0 1 17 14.5M12.5 11l-2.5 4.5h4L11.5 20"/>`,
  medical: svg`<path d="M9.5 4.5h5v5h5v5h-5v5h-5v-5h-5v-5h5z"/>`,
  "missing-person": svg`<circle cx="10" cy="7.5" r="3.5"/><path d="M3.5 20c.6-4.2 3-6.5 6.5-6.5 1 0 1.9.2 2.7.5"/><circle cx="16.5" cy="16.5" r="2.5"/><path d="M18.5 18.5 21 21"/>`,
  "lost-pet": svg`<circle cx="6" cy="11" r="1.7"/><circle cx="10" cy="7" r="1.7"/><circle cx="14" cy="7" r="1.7"/><circle cx="18" cy="11" r="1.7"/><path d="M12 11.5c-3 0-5 3.2-5 5.3 0 1.7 1.5 2.2 5 2.2s5-.5 5-2.2c0-2.1-2-5.3-5-5.3z"/>`,
  found: svg`<circle cx="11" cy="11" r="6.5"/><path d="M16 16l4.5 4.5M8.5 11l2 2 3.5-4"/>`,
  "break-in": svg`<path d="M6 20.5v-17h12v17M3.5 20.5h17M14.5 11v2M9 3.5l2 4-2.5 3 2 3"/>`,
  theft: svg`<path d="M6 8.5h12l1 12H5zM9 8.5a3 3 0 0 1 6 0M9.5 13l5 4M14.5 13l-5 4"/>`,
  vandalism: svg`<path d="M8 9.5h6v11H8zM9.5 9.5V6.5h3v3M16 5h.1M18.5 3.5h.1M18.5 6.5h.1M21 5h.1"/>`,
  vehicle: svg`<path d="M4 16v-3.5l2-5.5h12l2 5.5V16zM4 12.5h16"/><circle cx="7.5" cy="16.5" r="2"/><circle cx="16.5" cy="16.5" r="2"/>`,
  hazard: svg`<path d="M12 4 21 19.5H3zM12 10v4.5M12 17h.1"/>`,
  power: svg`<path d="M13 3.5 6 13.5h5l-1 7 7-10h-5z"/>`,
  noise: svg`<path d="M4 9.5h3.5L12 5.5v13l-4.5-4H4zM15.5 9a4 4 0 0 1 0 6M18 6.5a7.5 7.5 0 0 1 0 11"/>`,
  infrastructure: svg`<path d="M5 20.5 10 3.5h4l5 17M7.5 12h9M6.2 16.5h11.6M3 20.5h18"/>`,
  kindness: svg`<path d="M12 20 4.8 12.5A4.5 4.5 0 0 1 12 7.2a4.5 4.5 0 0 1 7.2 5.3z"/>`,
  info: svg`<circle cx="12" cy="12" r="8.5"/><path d="M12 11v5.5M12 7.5h.1"/>`,
};

/** A line drawing of what an alert is about, beside its word; of a newer hub's category, the general one. */
export function categoryIcon(category: string, size = 20): TemplateResult {
  return drawing(PATHS[category as Category] ?? PATHS.info, size);
}
