// Holds the server against the audits of GraphQL over HTTP (https://github.com/graphql/graphql-http).
//
// VITRINE_URL is the server's address. Every audit, MUST, SHOULD and MAY alike, has to pass.
import { auditServer } from "graphql-http";

const url = process.env.VITRINE_URL;
if (!url) {
  console.error("VITRINE_URL must name a server that is running");
  process.exit(2);
}

const results = await auditServer({ url: new URL("/graphql", url).href, fetchFn: fetch });
const failed = results.filter((result) => result.status !== "ok");
for (const { id, name, status, reason } of failed) {
  console.error(`${status}: ${id} ${name}: ${reason}`);
}
console.log(`${results.length - failed.length} of ${results.length} audits passed`);
process.exit(failed.length === 0 && results.length > 50 ? 0 : 1);
