/** What a test can see in a picture. */
import { decode } from "fast-png";

export interface Picture {
  width: number;
  height: number;
  /** The share of pixels, 0 to 1, for which the condition holds. @param see red, green and blue, 0 to 1 */
  share(see: (red: number, green: number, blue: number) => boolean): number;
}

export function readPicture(png: Uint8Array): Picture {
  const { width, height, channels, data, depth } = decode(png);
  const scale = 2 ** depth - 1;
  return {
    width,
    height,
    share(see) {
      let seen = 0;
      for (let at = 0; at < data.length; at += channels) {
        const [red = 0, green = 0, blue = 0] = [data[at], data[at + 1], data[at + 2]];
        if (see(red / scale, green / scale, blue / scale)) seen++;
      }
      return seen / (width * height);
    },
  };
}

/** Clearly red, lit or in shade. */
export const isRed = (red: number, green: number, blue: number): boolean =>
  red > 0.15 && red > 2 * green && red > 2 * blue;
