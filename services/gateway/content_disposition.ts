/** `Content-Disposition` (RFC 6266) for names from outside. */

/** What a browser may show by itself: nothing that can hold a script. */
const HARMLESS = /^(image\/(png|jpeg|webp|gif|avif|bmp)|audio\/[\w.+-]+|video\/[\w.+-]+|text\/plain)$/;

/** @example `contentDisposition("hero.png", "image/png") // inline; filename="hero.png"` */
export function contentDisposition(name: string, mediaType: string): string {
  const how = HARMLESS.test(mediaType) ? "inline" : "attachment";
  const plain = name.replaceAll(/[^\x20-\x7e]|["\\%]/g, "_");
  if (plain === name) return `${how}; filename="${plain}"`;
  return `${how}; filename="${plain}"; filename*=UTF-8''${percentEncode(name)}`;
}

/** RFC 8187: everything that is no `attr-char`. */
function percentEncode(name: string): string {
  return encodeURIComponent(name.toWellFormed()).replaceAll(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
