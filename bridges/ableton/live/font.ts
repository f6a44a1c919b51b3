/** Letters of three by five pixels: each row of a letter is one digit, its bits from left to right. */
const LETTERS: Record<string, string> = {
  A: "25755",
  B: "65656",
  C: "34443",
  D: "65556",
  E: "74647",
  F: "74644",
  G: "34553",
  H: "55755",
  I: "72227",
  J: "11152",
  K: "55655",
  L: "44447",
  M: "57755",
  N: "65555",
  O: "25552",
  P: "65644",
  Q: "25563",
  R: "65655",
  S: "34216",
  T: "72222",
  U: "55557",
  V: "55552",
  W: "55775",
  X: "55255",
  Y: "55222",
  Z: "71247",
  "0": "25552",
  "1": "26227",
  "2": "61247",
  "3": "61216",
  "4": "55711",
  "5": "74616",
  "6": "34652",
  "7": "71222",
  "8": "25252",
  "9": "25316",
  "-": "00700",
  "+": "02720",
  ".": "00002",
  "/": "11244",
  "#": "57575",
  " ": "00000",
  "?": "61202",
};

export const LETTER = { width: 3, height: 5 } as const;

/** The points of a text, letter by letter. */
export function* pointsOf(text: string): Generator<{ x: number; y: number }> {
  for (const [i, character] of Array.from(text.normalize("NFD").replaceAll(/\p{M}/gu, "").toUpperCase()).entries()) {
    const rows = LETTERS[character] ?? LETTERS["?"]!;
    for (let y = 0; y < LETTER.height; y++) {
      const row = Number(rows[y]);
      for (let x = 0; x < LETTER.width; x++) if (row & 4 >> x) yield { x: i * (LETTER.width + 1) + x, y };
    }
  }
}
