// The clients of shops, each set up as its own guide has it. Each function makes a client for a server and gives back how
// to send an operation with it.
import { readFileSync } from 'node:fs';
import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { generatePersistedQueryIdsFromManifest } from '@apollo/persisted-query-lists';
import { Client, fetchExchange } from '@urql/core';
import { persistedExchange } from '@urql/exchange-persisted';
import { parse } from 'graphql';
import relayRuntime from 'relay-runtime';
import { sha256 } from './recorder.mjs';

/** Documents of the storefront: their text, and the operation in it. */
export const PRODUCT = source('product.graphql');
export const SIGN_OUT = source('session.graphql');

function source(name) {
  return readFileSync(new URL(`apollo/${name}`, import.meta.url), 'utf8');
}

/** Apollo Client that sends hashes, and texts where these are not known. */
export function apolloAutomatic(url, headers = {}, options = {}) {
  return apollo(url, headers, new PersistedQueryLink({ sha256, ...options }));
}

/** Apollo Client that sends the ids of a manifest, and never a text. */
export function apolloRegistered(url, headers, manifest, options = {}) {
  const ids = generatePersistedQueryIdsFromManifest({ loadManifest: async () => manifest });
  const never = { retry: () => false, disable: () => false };
  return apollo(url, headers, new PersistedQueryLink({ ...ids, ...never, ...options }));
}

function apollo(url, headers, link) {
  const client = new ApolloClient({
    cache: new InMemoryCache(),
    link: link.concat(new HttpLink({ uri: url, headers })),
    defaultOptions: { query: { fetchPolicy: 'no-cache' }, mutate: { fetchPolicy: 'no-cache' } },
  });
  return {
    query: async (text, variables) => (await client.query({ query: parse(text), variables })).data,
    mutate: async (text, variables) => (await client.mutate({ mutation: parse(text), variables })).data,
  };
}

/** urql with its persisted exchange. */
export function urql(url, headers = {}, options = {}) {
  const client = new Client({
    url,
    exchanges: [persistedExchange(options), fetchExchange],
    fetchOptions: { headers },
    requestPolicy: 'network-only',
  });
  const told = ({ data, error }) => {
    if (error) throw error;
    return data;
  };
  return {
    query: async (text, variables = {}) => told(await client.query(text, variables).toPromise()),
    mutate: async (text, variables = {}) => told(await client.mutation(text, variables).toPromise()),
  };
}

/** Relay, with the artifacts of its compiler: it knows operations by their ids only. */
export async function relay(url, headers = {}) {
  const { Environment, Network, RecordSource, Store, commitMutation, fetchQuery } = relayRuntime;
  const send = async ({ id, text }, variables) => {
    if (!id || text) throw new Error('the compiler has left a text in');
    const body = JSON.stringify({ doc_id: id, variables });
    const type = { 'content-type': 'application/json' };
    return (await fetch(url, { method: 'POST', headers: { ...type, ...headers }, body })).json();
  };
  const environment = new Environment({ network: Network.create(send), store: new Store(new RecordSource()) });
  const { default: productPage } = await import('./generated/relay/ProductPageQuery.graphql.js');
  const { default: signOut } = await import('./generated/relay/SessionSignOutMutation.graphql.js');
  return {
    query: (variables) => fetchQuery(environment, productPage, variables).toPromise(),
    mutate: () =>
      new Promise((onCompleted, onError) => {
        commitMutation(environment, { mutation: signOut, variables: {}, onCompleted, onError });
      }),
  };
}

/** Documents of GraphQL Code Generator's client preset: each has its hash beside it, for whatever sends it. */
export function codegen(url, headers, manifest) {
  const idOf = (name) => {
    const pattern = new RegExp(`\\b(query|mutation) ${name}\\b`);
    const found = Object.entries(manifest).find(([, text]) => pattern.test(text));
    return found[0];
  };
  return async (name, variables, prefix = '') => {
    const body = JSON.stringify({ documentId: prefix + idOf(name), variables });
    const type = { 'content-type': 'application/json', accept: 'application/graphql-response+json' };
    return (await fetch(url, { method: 'POST', headers: { ...type, ...headers }, body })).json();
  };
}
