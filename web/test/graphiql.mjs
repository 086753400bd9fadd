// Opens GraphiQL on a running server in a real browser, uses it, and fails if anything is amiss.
//
//   VITRINE_URL   the server, such as http://127.0.0.1:8080 (required)
//   CHROMIUM      the browser; /usr/bin/chromium if not set
//   SCREENSHOT    where to put a picture of the page, or of the failure (PNG); none if not set
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { watch } from './watch.mjs';

const PATIENCE_MS = 30_000;
const BROWSER_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const operationNames = readOperationNames(new URL('../src/operations/', import.meta.url));

const steps = {
  'the page has a strict policy and the sample tabs': async ({ page, home }) => {
    const [response] = await Promise.all([page.goto(home), page.waitForResponse(isIntrospection)]);
    assert.equal(response.status(), 200, 'status of /graphiql');
    const policy = response.headers()['content-security-policy'] ?? '';
    assert.match(policy, /default-src 'none'/, 'content security policy');
    assert.doesNotMatch(policy, /unsafe-eval/, 'content security policy');
    await queryEditor(page).waitFor();
    assert.equal(await page.title(), 'Vitrine');
    assert.deepEqual(await tabTitles(page), operationNames);
  },

  'the header editor is filled in': async ({ page }) => {
    const headers = page.getByRole('region', { name: 'Headers' });
    await shows(headers, '"Vitrine-Market": "us"');
    await shows(headers, '"Accept-Language": "en"');
  },

  'the first tab runs, with its headers': async ({ page }) => {
    const exchange = await answerTo(page, () => page.getByLabel('Execute query').click());
    assert.equal(exchange.headers['vitrine-market'], 'us', 'header Vitrine-Market as sent');
    assert.equal(exchange.body.errors, undefined, 'errors in the answer');
    assert.ok(exchange.body.data.products.nodes.length > 0, 'products in the answer');
    await shows(answerPane(page), '"data"');
    await shows(answerPane(page), exchange.body.data.products.nodes[0].title);
  },

  'each tab brings its own variables and headers': async ({ page }) => {
    await openTab(page, 'GermanList');
    await shows(page.getByRole('region', { name: 'Headers' }), '"Vitrine-Market": "de"');
    await page.getByRole('button', { name: 'Variables', exact: true }).click();
    await shows(page.getByRole('region', { name: 'Variables' }), '"first"');
    await page.getByRole('button', { name: 'Headers', exact: true }).click();
  },

  'what is typed is completed from the schema, and runs': async ({ page }) => {
    await page.getByLabel('New tab').click();
    await queryEditor(page).click();
    await page.keyboard.type('query Typed { shop { na', { delay: 40 });
    const suggestion = page
      .locator('.suggest-widget.visible .monaco-list-row')
      .filter({ hasText: /^name/ });
    await suggestion.waitFor();
    await suggestion.click();
    await shows(queryEditor(page), 'query Typed { shop { name');
    const exchange = await answerTo(page, () => page.keyboard.press('Control+Enter'));
    assert.equal(exchange.body.errors, undefined, 'errors in the answer');
    assert.equal(typeof exchange.body.data.shop.name, 'string', 'name of the shop');
    await shows(answerPane(page), exchange.body.data.shop.name);
  },

  'the next visit finds the tabs as they were left': async ({ page, home }) => {
    await tabs(page).getByRole('tab').first().hover(); // The button to close a tab shows under the pointer only.
    await page.getByLabel('Close Tab').first().click();
    const left = [...operationNames.slice(1), 'Typed'];
    assert.deepEqual(await tabTitles(page), left);
    await page.waitForTimeout(1000); // GraphiQL stores tabs half a second after a change.
    await page.goto(home);
    await queryEditor(page).waitFor();
    assert.deepEqual(await tabTitles(page), left);
    await shows(queryEditor(page), 'query Typed');
  },

  'the screenshot shows a sample and its answer': async ({ page }) => {
    await openTab(page, operationNames[1]);
    await answerTo(page, () => page.getByLabel('Execute query').click());
    await shows(answerPane(page), '"data"');
    await picture(page);
  },

  'a server without introspection is told of, and the page works on': async ({ page, home }) => {
    await page.route('**/graphql', (route) =>
      asksForSchema(route.request())
        ? route.fulfill({ json: { errors: [{ message: 'Introspection is off' }] } })
        : route.continue(),
    );
    await page.goto(home);
    await shows(page.getByRole('status'), 'Introspection is off');
    await openTab(page, operationNames[1]);
    await answerTo(page, () => page.getByLabel('Execute query').click());
    await shows(answerPane(page), '"data"');
  },
};

const faults = [];
let browser;
let page;
let current = 'the browser starts';
try {
  const { VITRINE_URL, CHROMIUM = '/usr/bin/chromium' } = process.env;
  assert.ok(VITRINE_URL, 'VITRINE_URL is not set: the address of a running server');
  const { origin } = new URL(VITRINE_URL);
  browser = await chromium.launch({ executablePath: CHROMIUM, args: BROWSER_FLAGS });
  page = await openPage(origin);
  for (const [name, step] of Object.entries(steps)) {
    current = name;
    await step({ page, home: `${origin}/graphiql` });
    assert.equal(faults.length, 0, 'the browser complained');
    console.log(`ok: ${name}`);
  }
} catch (error) {
  console.error([`FAILED: ${current}`, error.message, ...new Set(faults)].join('\n'));
  process.exitCode = 1;
  await picture(page);
} finally {
  await browser?.close();
}

async function openPage(origin) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  context.setDefaultTimeout(PATIENCE_MS);
  await watch(context, origin, faults);
  return context.newPage();
}

/** The names of the sample operations in the order of their files: the titles of their tabs. */
function readOperationNames(folder) {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.graphql'))
    .sort()
    .map((file) => /^query (\w+)/m.exec(readFileSync(new URL(file, folder), 'utf8'))[1]);
}

/** Takes the screenshot, if one is asked for: of the finished page, or of where the test failed. */
async function picture(page) {
  const path = process.env.SCREENSHOT;
  if (page && path) await page.screenshot({ path });
}

function queryEditor(page) {
  return page.getByRole('region', { name: 'Operation Editor' }).locator('.view-lines');
}

function answerPane(page) {
  return page.getByRole('region', { name: 'Result Window' });
}

function tabs(page) {
  return page.getByRole('tablist');
}

function tabTitles(page) {
  return tabs(page).getByRole('tab').allInnerTexts();
}

async function openTab(page, title) {
  await tabs(page).getByText(title, { exact: true }).click();
  await shows(queryEditor(page), title);
}

/** Waits until an editor shows a text. Editors draw only the lines in view. */
async function shows(locator, text) {
  await locator.filter({ hasText: text }).waitFor();
}

function isIntrospection(response) {
  return asksForSchema(response.request());
}

function asksForSchema(request) {
  return request.postData()?.includes('__schema') ?? false;
}

/** Does what makes the page post an operation; gives back the headers sent and the answer. */
async function answerTo(page, act) {
  const [response] = await Promise.all([
    page.waitForResponse((it) => it.url().endsWith('/graphql') && !isIntrospection(it)),
    act(),
  ]);
  return { headers: response.request().headers(), body: await response.json() };
}
