// Talks to a running demo as frontends do: over sockets with graphql-ws, and in streams with graphql-sse.
//
// VITRINE_URL is the demo's address.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createClient as createStream } from 'graphql-sse';
import { CloseCode, createClient } from 'graphql-ws';
import WebSocket from 'ws';

const home = process.env.VITRINE_URL;
if (!home) {
  console.error('VITRINE_URL must name a demo that is running');
  process.exit(2);
}
const PATIENCE_MS = 15_000;
const url = `${home.replace(/^http/, 'ws')}/graphql`;
const CUSTOMER = { email: 'customer@demo.example', password: 'vitrine demo customer' };
const NAME = '{ shop { name } }';
const ME = '{ me { email } }';

const steps = {
  'a query with variables, in the market of connectionParams': async () => {
    const client = socket({ connectionParams: { 'Vitrine-Market': 'de', 'vitrine-client': 'web' } });
    const query = 'query Teapot($handle: String!) { product(handle: $handle) { title } }';
    const answer = await ask(client, { query, operationName: 'Teapot', variables: { handle: 'tarn-teapot' } });
    assert.deepEqual(answer.data, { product: { title: 'Teekanne Bergsee' } });
    assert.equal(answer.extensions.cost.requested, 1);
  },

  'a thousand queries at once over one socket': async () => {
    let sockets = 0;
    const client = socket({ on: { connected: () => (sockets += 1) } });
    const answers = await Promise.all(Array.from({ length: 1000 }, () => ask(client, { query: NAME })));
    assert.ok(answers.every((answer) => answer.data.shop.name));
    assert.equal(sockets, 1);
  },

  'a mutation, and a token in connectionParams': async () => {
    const token = await signIn();
    let acknowledged;
    const client = socket({
      connectionParams: async () => ({ Authorization: `Bearer ${token}` }),
      on: { connected: (_socket, payload) => (acknowledged = payload) },
    });
    assert.deepEqual((await ask(client, { query: ME })).data, { me: { email: CUSTOMER.email } });
    const minutes = (Date.parse(acknowledged.expiresAt) - Date.now()) / 60_000;
    assert.ok(minutes > 1 && minutes < 16, `${minutes} minutes`);
  },

  'a new token by ping while the socket lives': async () => {
    const token = await signIn();
    let opened;
    let told;
    const renewed = new Promise((resolve) => (told = resolve));
    const client = socket({ lazy: false, on: { opened: (it) => (opened = it), pong: (_, payload) => told(payload) } });
    assert.equal((await ask(client, { query: ME })).data.me, null);
    opened.send(JSON.stringify({ type: 'ping', payload: { authorization: `Bearer ${token}` } }));
    assert.ok(Date.parse((await renewed).expiresAt) > Date.now());
    assert.equal((await ask(client, { query: ME })).data.me.email, CUSTOMER.email);
    const signOut = await ask(client, { query: 'mutation { signOut { isDone } }' });
    assert.deepEqual(signOut.data, { signOut: { isDone: true } });
    const refused = await failure(client, ME);
    assert.equal(refused[0].extensions.code, 'UNAUTHENTICATED', 'revoked at the next operation');
  },

  'a forged token closes with 4403': async () => {
    const client = socket({ connectionParams: { authorization: 'Bearer forged' } });
    assert.equal((await failure(client, ME)).code, CloseCode.Forbidden);
  },

  'errors before execution come as a list, and the socket lives on': async () => {
    const client = socket();
    for (const [query, message] of [
      ['{ nothing }', /Unknown field/],
      ['{', /./],
      ['subscription { orders { id } }', /no subscriptions here yet/],
    ]) {
      const errors = await failure(client, query);
      assert.equal(errors[0].extensions.code, 'BAD_REQUEST');
      assert.match(errors[0].message, message);
    }
    assert.ok((await ask(client, { query: NAME })).data.shop.name);
  },

  'the client is kept while it answers pings and sends its own': async () => {
    let pongs = 0;
    const client = socket({ keepAlive: 100, lazy: false, on: { pong: () => (pongs += 1) } });
    await ask(client, { query: NAME });
    await new Promise((resolve) => setTimeout(resolve, 600));
    assert.ok(pongs >= 3, `${pongs} pongs`);
    await ask(client, { query: NAME });
  },

  'breaches of the protocol have their close codes': async () => {
    const init = { type: 'connection_init' };
    const operation = { id: '1', type: 'subscribe', payload: { query: NAME } };
    const closed = (code, messages, protocol = 'graphql-transport-ws') =>
      new Promise((resolve, reject) => {
        const raw = new WebSocket(url, protocol);
        raw.on('error', reject);
        raw.on('open', () => messages.forEach((it) => raw.send(JSON.stringify(it))));
        raw.on('close', (told) => (told === code ? resolve() : reject(new Error(`${told}, not ${code}`))));
      });
    await Promise.all([
      closed(CloseCode.BadRequest, [init, { ...operation, payload: {} }]),
      closed(CloseCode.BadRequest, [{ type: 'start' }]),
      closed(CloseCode.Unauthorized, [operation]),
      closed(CloseCode.SubprotocolNotAcceptable, [], []),
      closed(CloseCode.ConnectionInitialisationTimeout, []),
      closed(CloseCode.TooManyInitialisationRequests, [init, init]),
    ]);
    await assert.rejects(closed(0, [], 'graphql-ws'), /subprotocol/);
  },

  'a page of another origin is refused': async () => {
    const raw = new WebSocket(url, 'graphql-transport-ws', { origin: 'https://evil.example' });
    const [error] = await new Promise((resolve) => raw.on('error', (...it) => resolve(it)));
    assert.match(error.message, /403/);
  },

  'a query, a mutation and errors in streams': async () => {
    const client = stream({ 'Vitrine-Market': 'de' });
    const query = 'query ($handle: String!) { product(handle: $handle) { title } }';
    const answer = await ask(client, { query, variables: { handle: 'tarn-teapot' } });
    assert.deepEqual(answer.data, { product: { title: 'Teekanne Bergsee' } });
    const wrong = await ask(client, { query: '{ nothing }' });
    assert.match(wrong.errors[0].message, /Unknown field/);
    const none = await ask(client, { query: 'subscription { orders { id } }' });
    assert.match(none.errors[0].message, /no subscriptions here yet/);
    const token = await signIn(client);
    const me = await ask(stream({ Authorization: `Bearer ${token}` }), { query: ME });
    assert.equal(me.data.me.email, CUSTOMER.email);
  },

  'what is no request for a stream is told by its status': async () => {
    const refused = await failure(stream({ Authorization: 'Bearer forged' }), ME);
    assert.equal(refused.response.status, 401);
    const reserving = await failure(stream({}, { singleConnection: true }), ME);
    assert.equal(reserving.response.status, 405);
    const parameters = new URLSearchParams({ query: 'mutation { signOut { isDone } }' });
    const changed = await fetch(`${home}/graphql/stream?${parameters}`);
    assert.equal(changed.status, 405);
  },

  'the guide shows what runs': async () => {
    const page = readFileSync(new URL('../../docs/sockets.md', import.meta.url), 'utf8');
    const examples = [...page.matchAll(/<!-- run: (\w+) -->\s+```js\n(.*?)```.*?```json\n(.*?)```\s+<!-- end -->/gs)];
    assert.deepEqual(examples.map(([, name]) => name), ['socket', 'stream']);
    for (const [, name, code, output] of examples) {
      // Beside this file, so that Node finds the packages.
      const file = fileURLToPath(new URL(`.example-${name}.mjs`, import.meta.url));
      try {
        writeFileSync(file, code.replaceAll('127.0.0.1:8080', new URL(home).host));
        const { stdout } = await promisify(execFile)(process.execPath, [file], { timeout: PATIENCE_MS });
        assert.equal(stdout, output);
      } finally {
        rmSync(file, { force: true });
      }
    }
  },
};

const clients = [];

function socket(options = {}) {
  const client = createClient({ url, webSocketImpl: WebSocket, retryAttempts: 0, onNonLazyError() {}, ...options });
  clients.push(client);
  return client;
}

function stream(headers, options = {}) {
  const client = createStream({ url: `${home}/graphql/stream`, headers, retryAttempts: 0, ...options });
  clients.push(client);
  return client;
}

/** The one answer of an operation; fails as the client does. */
function ask(client, operation) {
  return new Promise((resolve, reject) => {
    let answer;
    client.subscribe(operation, {
      next: (it) => (answer = it),
      error: reject,
      complete: () => (answer ? resolve(answer) : reject(new Error('completed without an answer'))),
    });
  });
}

/** What an operation fails with. */
function failure(client, query) {
  return ask(client, { query }).then(
    (answer) => assert.fail(`not refused: ${JSON.stringify(answer)}`),
    (error) => error,
  );
}

async function signIn(client = socket()) {
  const query = 'mutation ($input: SignInInput!) { signIn(input: $input) { accessToken userErrors { message } } }';
  const { data } = await ask(client, { query, variables: { input: CUSTOMER } });
  assert.deepEqual(data.signIn.userErrors, []);
  return data.signIn.accessToken;
}

async function inTime(step) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('it took too long')), PATIENCE_MS);
  });
  await Promise.race([step(), late]).finally(() => clearTimeout(timer));
}

let failed = 0;
for (const [name, step] of Object.entries(steps)) {
  try {
    await inTime(step);
    console.log(`ok: ${name}`);
  } catch (error) {
    failed += 1;
    console.error(`FAILED: ${name}\n${error.stack ?? JSON.stringify(error)}`);
  }
  await Promise.all(clients.splice(0).map((client) => client.dispose()));
}
process.exit(failed === 0 ? 0 : 1);
