/** docs/benchmarks.md: a section a part, each with when and how it was measured. */

const introduction = `# Benchmarks

\`npm run bench\` measures all of this on your machine and writes this page: it starts a Temporal server in memory, simulated
accounts over HTTP and workers in processes of their own, all on loopback, and clears them away. Figures are ratios of one
run on one machine, which others may have used at the same time. \`-- --only makespan\` measures one part, \`-- --quick\` a smaller one
that is only printed.
`;

/** Puts the sections into the page, in the given order of all of them; those that were not measured stay as they are. */
export function pageWith(page: string, sections: Map<string, string>, order: string[]): string {
  const kept = new Map(
    page
      .split(/^## /m)
      .slice(1)
      .map((text) => {
        const [title = '', ...body] = text.split('\n');
        return [title, body.join('\n').trim()] as const;
      }),
  );
  const shown = order.flatMap((title) => {
    const body = sections.get(title) ?? kept.get(title);
    return body === undefined ? [] : [`## ${title}\n\n${body}\n`];
  });
  return [introduction, ...shown].join('\n');
}
