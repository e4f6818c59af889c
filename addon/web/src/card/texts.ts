/** The card's words. Home Assistant translates entities, not what a card says of them. */

import type { Trouble } from "./model";

export interface Texts {
  readonly live: string;
  readonly motion: string;
  readonly now: string;
  readonly today: string;
  readonly nothing: string;
  readonly failed: string;
  readonly close: string;
  readonly requests: (count: number) => string;
  readonly trouble: Readonly<Record<Trouble, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly editor: Readonly<Record<string, string>>;
}

const EN: Texts = {
  live: "Live",
  motion: "Motion",
  now: "now",
  today: "Today",
  nothing: "Nothing has moved today.",
  failed: "Today's episodes cannot be shown",
  close: "Close",
  requests: (count) =>
    count === 1 ? "1 open police request; answering is voluntary" : `${count} open police requests; answering is voluntary`,
  trouble: {
    missing: "This camera does not exist any more. Choose another one.",
    away: "The engine does not answer.",
    off: "The camera is switched off.",
    private: "Privacy is on: dark for everybody.",
    unreachable: "The camera cannot be reached.",
  },
  labels: { person: "Person", vehicle: "Vehicle", animal: "Animal" },
  editor: {
    camera: "Camera",
    view: "Picture",
    filmstrip: "Today's episodes",
    title: "Title",
    auto: "A still, live while something moves",
    alwaysLive: "Always live",
    latest: "A still",
  },
};

const DE: Texts = {
  live: "Live",
  motion: "Bewegung",
  now: "jetzt",
  today: "Heute",
  nothing: "Heute hat sich nichts bewegt.",
  failed: "Die Episoden von heute lassen sich nicht zeigen",
  close: "Schließen",
  requests: (count) =>
    count === 1 ? "1 offene Anfrage der Polizei; die Antwort ist freiwillig" : `${count} offene Anfragen der Polizei; die Antwort ist freiwillig`,
  trouble: {
    missing: "Diese Kamera gibt es nicht mehr. Bitte eine andere wählen.",
    away: "Die Engine antwortet nicht.",
    off: "Die Kamera ist ausgeschaltet.",
    private: "Privatsphäre ist an: dunkel für alle.",
    unreachable: "Die Kamera ist nicht zu erreichen.",
  },
  labels: { person: "Person", vehicle: "Fahrzeug", animal: "Tier" },
  editor: {
    camera: "Kamera",
    view: "Bild",
    filmstrip: "Episoden von heute",
    title: "Titel",
    auto: "Ein Standbild, live bei Bewegung",
    alwaysLive: "Immer live",
    latest: "Ein Standbild",
  },
};

export const textsOf = (language: string): Texts =>
  language.toLowerCase().startsWith("de") ? DE : EN;
