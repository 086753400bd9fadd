// Documents by id, as the clients of shops send them.
//
// First the requests themselves, against a server that writes them down: Apollo Client with its persisted-query link, urql's
// persisted exchange, Relay and GraphQL Code Generator, with the manifests that their own tools write. Then, where
// VITRINE_URL names a demo that is running, the same clients against it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, print } from 'graphql';
import { writeManifests } from './manifests.mjs';
import { record, sha256 } from './recorder.mjs';
import { PRODUCT, SIGN_OUT, apolloAutomatic, apolloRegistered, codegen, relay, urql } from './shops.mjs';

const folder = mkdtempSync(join(tmpdir(), 'vitrine-documents-'));
const paths = writeManifests(folder);
const manifests = Object.fromEntries(
  Object.entries(paths).map(([tool, path]) => [tool, JSON.parse(readFileSync(path, 'utf8'))]),
);
/** What each tool registers: a map from ids to texts. */
const registered = {
  apollo: Object.fromEntries(manifests.apollo.operations.map(({ id, body }) => [id, body])),
  relay: manifests.relay,
  codegen: manifests.codegen,
};

const TEAPOT = { handle: 'tarn-teapot' };
const PRICE = { min: { amount: '72.00', currency: 'EUR', __typename: 'Money' }, __typename: 'PriceRange' };
const ANSWER = {
  product: { id: 'prd_1', title: 'Teekanne Bergsee', priceRange: PRICE, options: [], __typename: 'Product' },
  signOut: { isDone: true, __typename: 'SignOutPayload' },
};

const recorded = {
  'every manifest has its ids, and each id is the SHA-256 of its text': () => {
    const { format, version, operations } = manifests.apollo;
    assert.deepEqual([format, version], ['apollo-persisted-query-manifest', 1]);
    const kinds = operations.map(({ name, type }) => `${type} ${name}`).sort();
    assert.deepEqual(kinds, ['mutation SignOut', 'query ProductList', 'query ProductPage']);
    for (const [tool, count] of [['apollo', 3], ['relay', 2], ['codegen', 3]]) {
      const texts = Object.entries(registered[tool]);
      assert.equal(texts.length, count, tool);
      for (const [id, text] of texts) {
        assert.match(id, /^[0-9a-f]{64}$/);
        assert.equal(id, sha256(text), tool);
        parse(text);
      }
    }
  },

  'Apollo sends the hash, then text and hash by POST, then the hash alone': async ({ url, taken }) => {
    const { query, mutate } = apolloAutomatic(url, { 'Vitrine-Client': 'web' });
    assert.equal((await query(PRODUCT, TEAPOT)).product.title, ANSWER.product.title);
    await query(PRODUCT, TEAPOT);
    await mutate(SIGN_OUT);
    const [first, second, third, change] = taken();
    for (const request of [first, second, third]) {
      const { method, operationName, variables, headers } = request;
      assert.deepEqual([method, operationName, variables], ['POST', 'ProductPage', TEAPOT]);
      assert.equal(headers['vitrine-client'], 'web');
      assert.equal(request.extensions.persistedQuery.version, 1);
      assert.equal(request.extensions.persistedQuery.sha256Hash, first.extensions.persistedQuery.sha256Hash);
    }
    assert.deepEqual([first.query, third.query], [undefined, undefined]);
    assert.equal(sha256(second.query), second.extensions.persistedQuery.sha256Hash);
    assert.match(second.query, /__typename/, 'Apollo adds the names of types before it hashes');
    assert.deepEqual([change.operationName, change.query], ['SignOut', undefined]);
  },

  'Apollo with useGETForHashedQueries asks by GET, and changes by POST': async ({ url, taken }) => {
    const { query, mutate } = apolloAutomatic(url, {}, { useGETForHashedQueries: true });
    await query(PRODUCT, TEAPOT);
    await query(PRODUCT, TEAPOT);
    await mutate(SIGN_OUT);
    const requests = taken();
    assert.deepEqual(requests.map(({ method }) => method), ['GET', 'POST', 'GET', 'POST', 'POST']);
    assert.deepEqual(requests.map(({ query }) => Boolean(query)), [false, true, false, false, true]);
    assert.deepEqual(requests[2].variables, TEAPOT);
    assert.equal(requests[2].extensions.persistedQuery.sha256Hash, requests[0].extensions.persistedQuery.sha256Hash);
  },

  'Apollo with a manifest sends its ids and never a text': async ({ url, taken, know }) => {
    const server = await know(registered.apollo);
    const { query, mutate } = apolloRegistered(server.url, {}, manifests.apollo);
    assert.equal((await query(PRODUCT, TEAPOT)).product.title, ANSWER.product.title);
    await mutate(SIGN_OUT);
    const byGet = apolloRegistered(server.url, {}, manifests.apollo, { useGETForHashedQueries: true });
    await byGet.query(PRODUCT, TEAPOT);
    const requests = server.taken();
    assert.deepEqual(requests.map(({ method }) => method), ['POST', 'POST', 'GET']);
    for (const { query: text, extensions } of requests) {
      assert.equal(text, undefined);
      assert.ok(registered.apollo[extensions.persistedQuery.sha256Hash]);
    }
    const stranger = apolloRegistered(url, {}, manifests.apollo);
    await assert.rejects(stranger.query(PRODUCT, TEAPOT), /PersistedQueryNotFound/);
    assert.equal(taken().length, 1, 'it does not try again');
  },

  'urql asks by GET with the hash, then with the text, too': async ({ url, taken }) => {
    const { query, mutate } = urql(url);
    assert.equal((await query(PRODUCT, TEAPOT)).product.title, ANSWER.product.title);
    await query(PRODUCT, TEAPOT);
    await mutate(SIGN_OUT);
    const [first, second, third, change] = taken();
    assert.deepEqual([first.method, third.method], ['GET', 'GET']);
    assert.deepEqual([first.query, third.query], [undefined, undefined]);
    assert.equal(sha256(second.query), first.extensions.persistedQuery.sha256Hash);
    // A miss is marked, and goes by GET as long as it fits into 2,048 characters: so texts may come by GET.
    assert.deepEqual([second.method, second.extensions.persistedQuery.miss], ['GET', true]);
    assert.ok(second.length < 2048);
    assert.deepEqual([change.method, change.extensions], ['POST', undefined]);
  },

  'urql by POST, for changes, too, and never a text where it is told so': async ({ url, taken }) => {
    const options = { preferGetForPersistedQueries: false, enableForMutation: true };
    const { query, mutate } = urql(url, {}, options);
    await query(PRODUCT, TEAPOT);
    await mutate(SIGN_OUT);
    const requests = taken();
    assert.deepEqual(requests.map(({ method }) => method), ['POST', 'POST', 'POST', 'POST']);
    assert.deepEqual(requests.map(({ query }) => Boolean(query)), [false, true, false, true]);
    const enforced = urql(url, {}, { ...options, enforcePersistedQueries: true });
    await assert.rejects(enforced.query('{ shop { name } }'), /PersistedQueryNotFound/);
    assert.equal(taken().length, 1);
  },

  'Relay sends doc_id': async ({ taken, know }) => {
    const server = await know(registered.relay);
    const { query, mutate } = await relay(server.url);
    assert.equal((await query(TEAPOT)).product.title, ANSWER.product.title);
    assert.equal((await mutate()).signOut.isDone, true);
    const requests = server.taken();
    assert.ok(requests.every(({ doc_id, query: text }) => registered.relay[doc_id] && text === undefined));
    assert.deepEqual(requests.map(({ variables }) => variables), [TEAPOT, {}]);
    assert.equal(taken().length, 0);
  },

  'documents of GraphQL Code Generator go by documentId, bare and with the kind of hash': async ({ know }) => {
    const server = await know(registered.codegen);
    const send = codegen(server.url, {}, registered.codegen);
    for (const prefix of ['', 'sha256:']) {
      assert.ok((await send('ProductPage', TEAPOT, prefix)).data);
    }
    const [bare, prefixed] = server.taken().map(({ documentId }) => documentId);
    assert.equal(prefixed, `sha256:${bare}`);
  },
};

/** Against a demo: what every server has to do. */
const served = {
  'each document of each manifest is valid here and answered': async ({ url }) => {
    for (const [tool, documents] of Object.entries(registered)) {
      for (const query of Object.values(documents)) {
        const body = JSON.stringify({ query, variables: variablesFor(query) });
        const headers = { 'content-type': 'application/json', accept: 'application/graphql-response+json' };
        const response = await fetch(url, { method: 'POST', headers, body });
        const answer = await response.json();
        assert.equal(response.status, 200, `${tool}: ${JSON.stringify(answer.errors)}`);
        assert.ok(answer.data.product ?? answer.data.products ?? answer.data.signOut);
      }
    }
  },
};

/** Against a demo that keeps documents by their hashes. */
const automatic = {
  'Apollo and urql are answered by hash, by POST and by GET': async ({ url }) => {
    const headers = { 'Vitrine-Market': 'de' };
    const clients = [
      apolloAutomatic(url, headers),
      apolloAutomatic(url, headers, { useGETForHashedQueries: true }),
      urql(url, headers),
      urql(url, headers, { preferGetForPersistedQueries: false }),
    ];
    for (const { query } of clients) {
      for (let round = 0; round < 2; round += 1) {
        assert.equal((await query(PRODUCT, TEAPOT)).product.title, 'Teekanne Bergsee');
      }
    }
    for (const text of [PRODUCT, print(parse(PRODUCT))]) {
      const persistedQuery = { version: 1, sha256Hash: sha256(`${text} `) };
      const wrong = await post(url, { query: text, variables: TEAPOT, extensions: { persistedQuery } });
      assert.equal(wrong.errors[0].extensions.code, 'BAD_REQUEST', 'the hash of another text');
    }
  },
};

/** Against a demo beside which `vitrine clients` and `vitrine documents` run. */
const byId = {
  'trusted clients run the documents of their manifests, and nothing else': async ({ url }) => {
    const headers = {};
    for (const [tool, path] of Object.entries(paths)) {
      const key = addClient(`shop-${tool}`);
      headers[tool] = { 'Vitrine-Client': key, 'Vitrine-Market': 'de' };
      vitrine('documents', 'publish', '--client', `shop-${tool}`, '--version', '1.0.0', path);
    }
    // A running server notices what other processes register within a second.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    for (const options of [{}, { useGETForHashedQueries: true }]) {
      const { query, mutate } = apolloRegistered(url, headers.apollo, manifests.apollo, options);
      assert.equal((await query(PRODUCT, TEAPOT)).product.title, 'Teekanne Bergsee');
      assert.equal((await mutate(SIGN_OUT)).signOut.isDone, true);
    }
    const { query, mutate } = await relay(url, headers.relay);
    assert.equal((await query(TEAPOT)).product.title, 'Teekanne Bergsee');
    assert.equal((await mutate()).signOut.isDone, true);
    const send = codegen(url, headers.codegen, registered.codegen);
    for (const prefix of ['', 'sha256:']) {
      const answer = await send('ProductPage', TEAPOT, prefix);
      assert.equal(answer.data?.product.title, 'Teekanne Bergsee', JSON.stringify(answer));
    }

    const [id, text] = Object.entries(registered.codegen).find(([, it]) => it.includes('query ProductPage'));
    for (const [body, from] of [
      [{ query: `${text} `, variables: TEAPOT }, headers.codegen],
      [{ documentId: id, variables: TEAPOT }, headers.relay],
      [{ documentId: id.toUpperCase(), variables: TEAPOT }, headers.codegen],
      [{ documentId: sha256('never heard of'), variables: TEAPOT }, headers.codegen],
    ]) {
      const answer = await post(url, body, from);
      assert.ok(answer.errors?.[0].extensions.code, JSON.stringify(answer));
      assert.equal(answer.data, undefined);
    }
  },
};

function variablesFor(text) {
  if (text.includes('$handle')) return TEAPOT;
  return text.includes('$first') ? { first: 3 } : {};
}

async function post(url, body, headers = {}) {
  const type = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers: { ...type, ...headers }, body: JSON.stringify(body) });
  return response.json();
}

/** Runs Vitrine's command line on the data of the demo. */
function vitrine(...parameters) {
  const { VITRINE_PROGRAM, VITRINE_DEMO, ...env } = process.env;
  const settings = { DATABASE_URL: `sqlite:${VITRINE_DEMO}/demo.db`, VITRINE_PROFILE: 'development' };
  delete env.VITRINE_URL;
  delete env.VITRINE_REQUIRE_ALL;
  delete env.VITRINE_TEST_POSTGRES;
  const options = { env: { ...env, ...settings }, encoding: 'utf8', stdio: 'pipe', timeout: 30_000 };
  return execFileSync(VITRINE_PROGRAM, parameters, options);
}

/** Registers a client that may run registered documents only; gives back what it sends in `Vitrine-Client`. */
function addClient(name) {
  const told = vitrine('clients', 'add', name, '--mode', 'trusted');
  return /vitrine_client_[\w-]+/.exec(told)?.[0] ?? name;
}

function registersClients() {
  try {
    vitrine('clients', '--help');
    return true;
  } catch {
    return false;
  }
}

/** Whether the server looks for documents by their hashes. */
async function knowsHashes(url) {
  const persistedQuery = { version: 1, sha256Hash: '0'.repeat(64) };
  const { errors } = await post(url, { extensions: { persistedQuery } });
  return errors?.[0].extensions.code === 'PERSISTED_QUERY_NOT_FOUND';
}

let failed = 0;
async function runAll(steps, prepare) {
  for (const [name, step] of Object.entries(steps)) {
    const { context, done } = await prepare();
    try {
      await step(context);
      console.log(`ok: ${name}`);
    } catch (error) {
      failed += 1;
      console.error(`FAILED: ${name}\n${error.stack}`);
    }
    await done();
  }
}

await runAll(recorded, async () => {
  const servers = [await record({}, ANSWER)];
  const know = async (documents) => {
    servers.push(await record(documents, ANSWER));
    return servers.at(-1);
  };
  return { context: { ...servers[0], know }, done: () => Promise.all(servers.map((it) => it.close())) };
});

const home = process.env.VITRINE_URL;
if (home) {
  const url = `${home}/graphql`;
  const prepare = async () => ({ context: { url }, done: async () => {} });
  await runAll(served, prepare);
  if (await knowsHashes(url)) {
    await runAll(automatic, prepare);
  } else {
    console.log('left out: this server does not look for documents by their hashes');
  }
}
if (home && process.env.VITRINE_PROGRAM) {
  if (registersClients()) {
    await runAll(byId, async () => ({ context: { url: `${home}/graphql` }, done: async () => {} }));
  } else {
    console.log('left out: this command line registers no clients');
  }
}
rmSync(folder, { recursive: true, force: true });
process.exit(failed === 0 ? 0 : 1);
