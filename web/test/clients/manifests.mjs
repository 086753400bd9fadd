// Lets the tools that shops use write their manifests of documents, each as it does by itself.
//
//   node manifests.mjs FOLDER   writes apollo.json, relay.json and codegen.json there
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const schema = resolve(here, '../../../schema.graphql');

/** Where the tools write what is not a manifest. */
const generated = join(here, 'generated');

/** Writes all manifests into a folder; gives back their paths by the tool's name. */
export function writeManifests(folder) {
  rmSync(generated, { recursive: true, force: true });
  mkdirSync(generated, { recursive: true });
  mkdirSync(folder, { recursive: true });
  return { apollo: apollo(folder), relay: relay(folder), codegen: codegen(folder) };
}

/** @apollo/generate-persisted-query-manifest: a list of operations with their ids. */
function apollo(folder) {
  const output = join(folder, 'apollo.json');
  const config = { documents: ['apollo/*.graphql'], output };
  run('generate-persisted-query-manifest', ['--config', written('apollo.config.json', config)]);
  return output;
}

/** relay-compiler with `persistConfig.file`: a map from ids to texts. */
function relay(folder) {
  // The compiler wants the schema below its root.
  cpSync(schema, join(generated, 'schema.graphql'));
  mkdirSync(join(generated, 'relay'), { recursive: true });
  const manifest = join(generated, 'relay.json');
  if (!existsSync(manifest)) writeFileSync(manifest, '{}');
  const config = {
    root: here,
    sources: { relay: 'shop' },
    excludes: ['**/node_modules/**', 'generated/**'],
    projects: {
      shop: {
        schema: 'generated/schema.graphql',
        language: 'javascript',
        output: 'generated/relay',
        eagerEsModules: true,
        persist: { file: 'generated/relay.json', algorithm: 'SHA256' },
      },
    },
  };
  run('relay-compiler', [written('relay.config.json', config)]);
  cpSync(manifest, join(folder, 'relay.json'));
  return join(folder, 'relay.json');
}

/** GraphQL Code Generator's client preset with `persistedDocuments`: a map from hashes to texts. */
function codegen(folder) {
  const config = {
    schema,
    documents: 'codegen/*.graphql',
    generates: {
      'generated/codegen/': {
        preset: 'client',
        presetConfig: { persistedDocuments: { hashAlgorithm: 'sha256' } },
      },
    },
  };
  run('graphql-codegen', ['--config', written('codegen.json', config)]);
  cpSync(join(generated, 'codegen/persisted-documents.json'), join(folder, 'codegen.json'));
  return join(folder, 'codegen.json');
}

function written(name, config) {
  const path = join(generated, name);
  writeFileSync(path, JSON.stringify(config));
  return path;
}

function run(tool, parameters) {
  const file = join(here, 'node_modules/.bin', tool);
  try {
    execFileSync(file, parameters, { cwd: here, stdio: 'pipe', timeout: 120_000 });
  } catch (error) {
    throw new Error(`${tool}: ${error.message}\n${error.stdout ?? ''}`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const paths = writeManifests(resolve(process.argv[2] ?? join(generated, 'manifests')));
  for (const [tool, path] of Object.entries(paths)) {
    console.log(`${tool}: ${path}\n${readFileSync(path, 'utf8').slice(0, 600)}`);
  }
}
