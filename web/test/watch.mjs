// Notes everything that a self-hosted page under a strict policy must not do.

/**
 * From now on adds to the list `faults` a sentence for each thing that goes wrong in a browser
 * context whose only rightful origin is `origin`: requests to other origins, requests that fail,
 * breaches of the content security policy, console errors, uncaught exceptions.
 */
export async function watch(context, origin, faults) {
  context.on('request', (request) => {
    const url = new URL(request.url());
    const local = ['blob:', 'data:'].includes(url.protocol) || url.origin === origin;
    if (!local) faults.push(`request to another origin: ${request.url()}`);
  });
  context.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText;
    // Leaving the page may cut short what it was still loading.
    if (reason !== 'net::ERR_ABORTED') faults.push(`request failed: ${request.url()} (${reason})`);
  });
  context.on('response', (response) => {
    if (response.status() >= 400) faults.push(`status ${response.status()}: ${response.url()}`);
  });
  context.on('console', (message) => {
    if (message.type() === 'error') faults.push(`console error: ${message.text()}`);
  });
  context.on('weberror', (error) => {
    faults.push(`uncaught: ${error.error().stack ?? error.error()}`);
  });
  await context.exposeBinding('noteBreach', (_source, text) => {
    faults.push(`content security policy: ${text}`);
  });
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      globalThis.noteBreach(`${event.effectiveDirective} refused ${event.blockedURI}`);
    });
  });
}
