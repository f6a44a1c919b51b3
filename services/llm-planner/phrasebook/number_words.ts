/** Numbers that are written out. */
const WORDS =
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen";
const TENS = "twenty thirty forty fifty sixty seventy eighty ninety";

/** From `zero` to `twenty`, the tens, `half` and `hundred`. */
export const NUMBER_WORDS: ReadonlyMap<string, number> = new Map([
  ...WORDS.split(" ").map((word, value) => [word, value] as const),
  ...TENS.split(" ").map((word, i) => [word, (i + 2) * 10] as const),
  ["half", 0.5],
  ["hundred", 100],
]);

export const SIGN_WORDS: ReadonlySet<string> = new Set(["minus", "negative"]);
