/** OSC time tags are NTP's: seconds since 1900 and a fraction, 32 bits each; in 2036 they start again. */

const NTP_TO_UNIX_S = 2_208_988_800;
const ERA_S = 2 ** 32;

/** The time tag that means: now. */
export const IMMEDIATELY = 1n;

/** @param at milliseconds since 1970 */
export function timeTag(at: number): bigint {
  const seconds = Math.floor(at / 1000) + NTP_TO_UNIX_S;
  const fraction = Math.floor((at / 1000 - Math.floor(at / 1000)) * ERA_S);
  return (BigInt(seconds % ERA_S) << 32n) | BigInt(fraction);
}

/** Milliseconds since 1970; `undefined` for immediately. Dates are taken to be between 1968 and 2104. */
export function timeOf(tag: bigint): number | undefined {
  if (tag === IMMEDIATELY) return undefined;
  const seconds = Number(tag >> 32n);
  const era = seconds < ERA_S / 2 ? ERA_S : 0;
  return (seconds + era - NTP_TO_UNIX_S) * 1000 + Number(tag & 0xffffffffn) / ERA_S * 1000;
}
