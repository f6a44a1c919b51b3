/** The counts of a JUnit XML report, the form in which both `deno test` and pytest report. */

export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
  /** Names of the tests that were skipped. */
  skippedNames: string[];
}

/** Sums over every test case of a report. */
export function countJunit(xml: string): Counts {
  const counts: Counts = { passed: 0, failed: 0, skipped: 0, skippedNames: [] };
  for (
    const [, attributes = "", body = ""] of xml.matchAll(
      /<testcase\b((?:"[^"]*"|[^>"])*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g,
    )
  ) {
    if (/<(failure|error)\b/.test(body)) counts.failed++;
    else if (/<skipped\b/.test(body)) {
      counts.skipped++;
      counts.skippedNames.push(/\bname="([^"]*)"/.exec(attributes)?.[1] ?? "?");
    } else counts.passed++;
  }
  return counts;
}

export function addCounts(a: Counts, b: Counts): Counts {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
    skippedNames: [...a.skippedNames, ...b.skippedNames],
  };
}
