// Holds clicks back while the editors are loading.
import { useGraphiQL } from '@graphiql/react';

/**
 * Covers the page until the editors are there. A tab chosen before would never reach
 * them: GraphiQL would show one tab's text under another tab's title, and store it so.
 */
export function Veil() {
  const ready = useGraphiQL(
    (state) => state.queryEditor && state.variableEditor && state.headerEditor && true,
  );
  return ready ? null : <div className="vitrine-veil" role="progressbar" aria-label="Loading" />;
}
