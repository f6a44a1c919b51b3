/** The start page's style, light and dark, from telephone to desk. */
export const START_PAGE_STYLE = `
:root { color-scheme: light dark; --ink: #1d1b18; --soft: #65605a; --paper: #faf8f5; --card: #fff; --line: #e2ddd5;
  --link: #7a3e00; --good: #1c6b3a; --busy: #8a5a00; --bad: #a8261b; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #ece8e1; --soft: #a39c92; --paper: #171614; --card: #211f1c; --line: #3a3631;
    --link: #f0b06a; --good: #7fd39c; --busy: #f0c36a; --bad: #ff9b8f; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 56rem; padding: 2.5rem 1.25rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, sans-serif; }
h1 { margin: 0; font-size: 2rem; letter-spacing: -0.02em; }
header p { margin: 0.25rem 0 0; color: var(--soft); font-size: 1.1rem; }
h2 { margin: 2.25rem 0 0.75rem; font-size: 1.2rem; }
p { margin: 0.75rem 0; }
a { color: var(--link); }
code, pre { font: 0.875rem/1.5 ui-monospace, monospace; }
pre { margin: 0.5rem 0; padding: 0.75rem 1rem; background: var(--card); border: 1px solid var(--line); border-radius: 0.5rem;
  white-space: pre-wrap; overflow-wrap: anywhere; }
ul { padding-left: 1.25rem; }
.cards { list-style: none; margin: 0; padding: 0; display: grid; gap: 0.75rem;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 22rem), 1fr)); }
.cards li, .rows li { padding: 0.875rem 1rem; background: var(--card); border: 1px solid var(--line);
  border-radius: 0.5rem; }
.rows { list-style: none; margin: 0; padding: 0; display: grid; gap: 0.5rem; }
.rows li { overflow-wrap: anywhere; }
.jobs { gap: 0; background: var(--card); border: 1px solid var(--line); border-radius: 0.5rem; }
.jobs li { padding: 0.5rem 1rem; border: 0; background: none; }
.jobs li + li { border-top: 1px solid var(--line); border-radius: 0; }
.jobs .text { margin-right: 0.75rem; }
.jobs .what { display: inline; }
.runs .text, .asks .text { font-weight: 600; } .rows pre { margin: 0.5rem 0 0; background: var(--paper); }
.steps { list-style: none; margin: 0.5rem 0 0; padding: 0; font: 0.875rem/1.6 ui-monospace, monospace; }
.steps li { padding: 0; border: 0; background: none; }
.sentences { display: grid; grid-template-columns: max-content 1fr; gap: 0.5rem 1.5rem; margin: 0.75rem 0; }
.sentences dt { font-weight: 600; padding-top: 0.2rem; }
.sentences dd { margin: 0; min-width: 0; }
.sentences ul { list-style: none; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: 0.5rem; }
.sentences li { padding: 0.2rem 0.75rem; background: var(--card); border: 1px solid var(--line); border-radius: 1rem;
  overflow-wrap: anywhere; }
@media (max-width: 30rem) { .sentences { grid-template-columns: 1fr; gap: 0.25rem; }
  .sentences dd { margin-bottom: 0.5rem; } .jobs .what { display: block; } }
.what { display: block; color: var(--soft); font-size: 0.9375rem; overflow-wrap: anywhere; }
.status { float: right; margin-left: 0.75rem; font-size: 0.9375rem; font-weight: 600; }
.status::before { content: "●"; margin-right: 0.35rem; }
.good { color: var(--good); } .busy { color: var(--busy); } .bad { color: var(--bad); } .calm { color: var(--soft); }
.note { padding: 0.875rem 1rem; border: 1px dashed var(--line); border-radius: 0.5rem; color: var(--soft); }
footer { margin-top: 3rem; color: var(--soft); font-size: 0.875rem; }
`;
