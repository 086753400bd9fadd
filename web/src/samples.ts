// The sample operations: each `operations/NAME.graphql` with the variables and headers in `NAME.json`.
import type { GraphiQLProps } from 'graphiql';

type Tab = NonNullable<GraphiQLProps['defaultTabs']>[number];

interface Settings {
  variables: Record<string, unknown>;
  headers: Record<string, string>;
}

const documents = import.meta.glob<string>('./operations/*.graphql', {
  eager: true,
  import: 'default',
  query: '?raw',
});
const settings = import.meta.glob<Settings>('./operations/*.json', {
  eager: true,
  import: 'default',
});

/** The market and language that a new tab asks in. */
export const defaultHeaders = pretty({ 'Vitrine-Market': 'us', 'Accept-Language': 'en' });

/** The tabs of a first visit, in the order of their file names. */
export const samples: Tab[] = Object.entries(documents)
  .sort(([left], [right]) => left.localeCompare(right, 'en'))
  .map(([path, query]) => {
    const { variables, headers } = settings[path.replace(/\.graphql$/, '.json')]!;
    return { query, variables: pretty(variables), headers: pretty(headers) };
  });

/** The beginning of an id that a visitor is to complete, as the sample of `node` has it. */
const UNFINISHED = '"prd_"';

/** Completes the sample that asks for something by its id, where the shop has a product to show. */
export async function fillInId(tabs: Tab[]): Promise<void> {
  const answer = await fetch('/graphql?query={products(first:1){nodes{id}}}', {
    headers: { 'Apollo-Require-Preflight': 'true' },
  })
    .then((response) => response.json())
    .catch(() => null); // Without an answer the visitor fills it in by hand.
  const id = answer?.data?.products?.nodes[0]?.id;
  for (const tab of tabs) {
    if (typeof id === 'string') tab.variables = tab.variables?.replace(UNFINISHED, `"${id}"`);
  }
}

function pretty(value: object): string {
  return JSON.stringify(value, null, 2);
}
