/** How times, lengths and sizes are said. */

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const CLOCK_S = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});
const HOUR = new Intl.DateTimeFormat(undefined, { hour: "numeric" });
const DAY = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const DATE = new Intl.DateTimeFormat(undefined, {
  day: "numeric",
  month: "short",
  year: "numeric",
});

export const clock = (at: number): string => CLOCK.format(at);
/** "3 PM" or "15", as short as the language allows. */
export const hourName = (at: number): string => HOUR.format(at);
export const clockSeconds = (at: number): string => CLOCK_S.format(at);
export const dayName = (at: number): string => DAY.format(at);
export const dateName = (at: number): string => DATE.format(at);

/** "8 s", "2 min 5 s", "1 h 20 min": the two largest units. */
export function length(milliseconds: number): string {
  const seconds = Math.max(1, Math.round(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes >= 60) return joined(Math.floor(minutes / 60), "h", minutes % 60, "min");
  return joined(minutes, "min", seconds % 60, "s");
}

function joined(large: number, unit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${unit}` : `${large} ${unit} ${small} ${smallUnit}`;
}

/** "1.4 GB", in powers of ten as disks are sold. */
export function bytes(size: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  let value = size;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}
