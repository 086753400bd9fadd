// Sends operations to the server that served this page, over GraphQL-over-HTTP.
import type { GraphiQLProps } from 'graphiql';
import { Kind, parse } from 'graphql';

const ENDPOINT = '/graphql';

/**
 * Posts one operation and gives back the body of the answer, whatever its status:
 * a refused operation comes as `{ errors }` with a 4xx. Rejects with a sentence for
 * people when there is no such body: no server, or something else in its place.
 */
export const fetcher: GraphiQLProps['fetcher'] = async (operation, options) => {
  const { query, operationName, variables } = operation;
  const response = await fetch(ENDPOINT, {
    method: 'POST',
    headers: {
      Accept: 'application/graphql-response+json, application/json;q=0.9',
      'Content-Type': 'application/json',
      // Asked of callers who have a session cookie, so that no foreign page can post in their name.
      'Apollo-Require-Preflight': 'true',
      ...options?.headers,
    },
    body: JSON.stringify({ query, variables, operationName: knownName(query, operationName) }),
  }).catch((cause: unknown) => {
    throw new Error(`${ENDPOINT} cannot be reached: is the server running?`, { cause });
  });
  return response.json().catch((cause: unknown) => {
    throw new Error(`${ENDPOINT} answered ${response.status} without JSON.`, { cause });
  });
};

/**
 * The operation's name if the text has an operation of that name. GraphiQL reads names a
 * moment after the text changed, and who runs it sooner would be asking for the last tab's.
 */
function knownName(query: string, name?: string | null): string | undefined {
  try {
    const known = parse(query).definitions.some(
      (it) => it.kind === Kind.OPERATION_DEFINITION && it.name?.value === name,
    );
    return known ? (name ?? undefined) : undefined;
  } catch {
    return name ?? undefined; // Not GraphQL: the server says what is wrong with it.
  }
}
