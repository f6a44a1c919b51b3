/** What a person calls a thing of a state, by the names that its schema has. */

/** `active_camera` -> `active camera` */
export const words = (key: string): string =>
  key.replaceAll("_", " ").replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, " ").toLowerCase();

/** One of several: `objects` -> `object`, `audio_tracks` -> `audio track`, `properties` -> `property`. */
export function singular(key: string): string {
  const plural = words(key);
  if (/(ss|us|is)$/.test(plural)) return plural;
  if (/ies$/.test(plural)) return plural.replace(/ies$/, "y");
  if (/(s|x|z|ch|sh)es$/.test(plural)) return plural.replace(/es$/, "");
  return plural.replace(/s$/, "");
}

/** The name in quotes; a long one is cut, so that what it stands in stays readable. */
export const quoted = (name: string): string => `'${name.length > 60 ? `${name.slice(0, 60)}…` : name}'`;

/** One key more of an RFC 6901 pointer. */
export const pointerTo = (path: string, key: string | number): string =>
  `${path}/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`;
