/** What the card uses of Home Assistant's frontend, which hands it over as `hass`. */

export interface EntityState {
  readonly entity_id: string;
  readonly state: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface EntityEntry {
  readonly entity_id: string;
  readonly device_id?: string | null;
  readonly platform?: string;
  readonly translation_key?: string | null;
}

export interface Hass {
  readonly states: Readonly<Record<string, EntityState | undefined>>;
  readonly entities: Readonly<Record<string, EntityEntry | undefined>>;
  readonly devices: Readonly<Record<string, { readonly via_device_id?: string | null } | undefined>>;
  readonly language: string;
  callWS<T>(message: Readonly<Record<string, unknown>>): Promise<T>;
}

/** A card made by Home Assistant's own helpers. */
export interface HassCard extends HTMLElement {
  hass: Hass;
}

export interface CardHelpers {
  createCardElement(config: Readonly<Record<string, unknown>>): HassCard;
}

declare global {
  interface Window {
    loadCardHelpers?: () => Promise<CardHelpers>;
    customCards?: object[];
  }
}
