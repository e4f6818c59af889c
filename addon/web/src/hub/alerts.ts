/** Alerts as this page shows them: pure, from either feed. */

import type { Category, Feature, HubEvent, MediaItem, Published, RawAlert } from "./types";

/** A closed or open ring of [latitude, longitude]. */
export type Ring = readonly (readonly [number, number])[];

export interface Shown
  extends Pick<
    RawAlert,
    | "id"
    | "category"
    | "headline"
    | "text"
    | "instruction"
    | "msgType"
    | "status"
    | "origin"
    | "agency"
    | "severity"
    | "onset"
    | "expires"
    | "cell"
  > {
  /** The id of the first version: what stays the same when an alert is updated. */
  readonly original: string;
  readonly isPublic: boolean;
  readonly verified: boolean;
  readonly published: string | null;
  readonly ring: Ring | null;
  readonly reactions: Readonly<Record<string, number>>;
  /** Null as long as nobody asked the hub: the public feed does not say. */
  readonly comments: number | null;
  readonly media: readonly MediaItem[] | null;
}

export function fromFeature({ id, geometry, properties }: Feature): Shown {
  const { verified, link, ...said } = properties;
  const corners = geometry.coordinates[0] ?? [];
  return {
    ...said,
    id: /\/([0-9a-f]{32})\.cap$/.exec(link)?.[1] ?? id,
    original: id,
    isPublic: true,
    verified,
    published: null,
    ring: corners.map(([longitude, latitude]) => [latitude, longitude]),
    reactions: {},
    comments: null,
    media: null,
  };
}

export function fromEvent(event: Published): Shown {
  const { references, scope, media: _announced, ...said } = event.alert;
  return {
    ...said,
    original: references[0] ?? said.id,
    isPublic: scope === "public",
    verified: event.verified,
    published: event.published,
    ring: null,
    reactions: event.reactions,
    comments: event.comments,
    media: event.media,
  };
}

/** What the public feed leaves out, once the hub was asked for the whole alert. */
export function withDetails(shown: Shown, event: Published): Shown {
  return { ...fromEvent(event), ring: shown.ring, agency: shown.agency ?? null };
}

/** Every version of every alert by its id. */
export type Versions = ReadonlyMap<string, Published>;

/** Events in order; each is the whole state of one version, so a repeated one changes nothing. */
export function take(versions: Versions, events: readonly HubEvent[]): Versions {
  const next = new Map(versions);
  for (const event of events) {
    if (event.type === "withdrawn") next.delete(event.id);
    else next.set(event.alert.id, event);
  }
  return next;
}

const RANK = { alert: 0, update: 1, cancel: 2 } as const;

/** The newest version of each alert that still holds. A vote gives an old version a new `seq`. */
export function current(versions: Versions, now: number): Shown[] {
  const newest = new Map<string, Published>();
  for (const event of versions.values()) {
    const original = event.alert.references[0] ?? event.alert.id;
    const known = newest.get(original);
    if (known === undefined || isNewer(event, known)) newest.set(original, event);
  }
  return sorted([...newest.values()].map(fromEvent).filter((each) => holds(each, now)));
}

function isNewer(one: Published, other: Published): boolean {
  const rank = RANK[one.alert.msgType] - RANK[other.alert.msgType];
  return rank !== 0 ? rank > 0 : Date.parse(one.published) > Date.parse(other.published);
}

const holds = ({ expires }: Shown, now: number): boolean => Date.parse(expires) > now;

/** Newest first; alerts of the same quarter of an hour keep their order. */
export function sorted(alerts: readonly Shown[]): Shown[] {
  return [...alerts].sort((one, other) => Date.parse(other.onset) - Date.parse(one.onset));
}

/** The alerts of the chosen categories; of all when none is chosen. */
export function filtered(alerts: readonly Shown[], chosen: ReadonlySet<Category>): Shown[] {
  return alerts.filter(({ category }) => chosen.size === 0 || chosen.has(category));
}

/** Which categories there are, with how many alerts, in the order in which they come. */
export function categories(alerts: readonly Shown[]): Map<Category, number> {
  const found = new Map<Category, number>();
  for (const { category } of alerts) found.set(category, (found.get(category) ?? 0) + 1);
  return found;
}

export interface Cell {
  readonly cell: string;
  readonly ring: Ring;
  readonly alerts: readonly Shown[];
}

/** One hexagon for all alerts of a cell: several on top of each other could not be told apart. */
export function byCell(alerts: readonly Shown[]): Cell[] {
  const found = new Map<string, Shown[]>();
  for (const alert of alerts)
    if (alert.ring !== null) found.set(alert.cell, [...(found.get(alert.cell) ?? []), alert]);
  return [...found].map(([cell, inside]) => ({ cell, ring: inside[0]?.ring ?? [], alerts: inside }));
}

/** Which alert a press on a cell selects: its first, and with each press the next. */
export function nextIn(cell: Cell, selected: string | null): string | null {
  const at = cell.alerts.findIndex(({ original }) => original === selected);
  return cell.alerts[(at + 1) % cell.alerts.length]?.original ?? null;
}
