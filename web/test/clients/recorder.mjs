// A server that writes down what clients send, and answers like one that knows documents by their hashes.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';

export const sha256 = (text) => createHash('sha256').update(text).digest('hex');

/**
 * Serves on a free port of this machine. `documents` are known from the start, a map from ids to texts; what comes with its
 * text and its hash is known from then on. `data` is the data of every answer.
 */
export async function record(documents, data) {
  const known = new Map(Object.entries(documents));
  const requests = [];
  const server = createServer(async (request, response) => {
    const asked = await read(request);
    requests.push(asked);
    const body = answer(asked, known, data);
    // As GraphQL over HTTP has it: a client from before is told of errors in a 200.
    const isNew = (request.headers.accept ?? '').includes('application/graphql-response+json');
    const type = isNew ? 'application/graphql-response+json' : 'application/json';
    response.writeHead(body.errors && isNew ? 400 : 200, { 'content-type': type });
    response.end(JSON.stringify(body));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/graphql`,
    /** What came since it was asked last. */
    taken: () => requests.splice(0),
    close: () => new Promise((resolve) => server.close(resolve).closeAllConnections()),
  };
}

/** A request with its parameters, from the URL or from the body. */
async function read(request) {
  let text = '';
  for await (const chunk of request) text += chunk;
  const url = new URL(request.url, 'http://127.0.0.1');
  const fromUrl = Object.fromEntries(url.searchParams);
  for (const name of ['variables', 'extensions']) {
    if (fromUrl[name]) fromUrl[name] = JSON.parse(fromUrl[name]);
  }
  const parameters = request.method === 'GET' ? fromUrl : JSON.parse(text);
  return { method: request.method, headers: request.headers, length: request.url.length + text.length, ...parameters };
}

function answer({ query, documentId, doc_id, extensions }, known, data) {
  const hash = extensions?.persistedQuery?.sha256Hash;
  if (query && hash) {
    if (sha256(query) !== hash) return failure('BAD_REQUEST', 'The hash is of another text.');
    known.set(hash, query);
  }
  const id = documentId?.replace(/^sha256:/, '') ?? doc_id ?? hash;
  if (query || known.has(id)) return { data };
  return failure('PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound');
}

function failure(code, message) {
  return { errors: [{ message, extensions: { code } }] };
}
