/**
 * Text that a stranger wrote and that people and models will read. What cannot be seen is taken out, and it has an end; what it
 * asks for is nobody's order.
 */

/** Control and formatting characters: escape sequences, zero widths, changes of direction, tags, private use, halves of pairs. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Cn}]/gu;
/** Variation selectors can carry a message that nobody sees. */
const SELECTORS = /[\u{FE00}-\u{FE0F}\u{E0100}-\u{E01EF}]/gu;

/** On one line, of at most so many characters. */
export function shownText(text: string, maxLength: number): string {
  // long before the end is reached, nobody reads on
  const shown = text.slice(0, 4 * maxLength + 1_000).normalize("NFC").replaceAll(/[\r\n\t\u2028\u2029]+/g, " ")
    .replaceAll(UNSEEN, "").replaceAll(SELECTORS, "").replaceAll(/\s+/gu, " ").trim();
  return shown.length <= maxLength ? shown : `${[...shown.slice(0, maxLength - 1)].filter(isWhole).join("")}…`;
}

const isWhole = (character: string) => character.length > 1 || !/[\uD800-\uDFFF]/.test(character);
