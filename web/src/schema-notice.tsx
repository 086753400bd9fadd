// Says why completion and documentation are missing when the schema could not be read.
import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';

/** A strip below the answer; nothing while the schema is there or on its way. */
export function SchemaNotice() {
  const fetchError = useGraphiQL((state) => state.fetchError);
  const { introspect } = useGraphiQLActions();
  if (!fetchError) return null;
  return (
    <div className="vitrine-notice" role="status">
      <p>
        <strong>No schema: {firstMessage(fetchError)}</strong> Operations still run, without
        completion and documentation.
      </p>
      <button type="button" className="graphiql-button" onClick={() => void introspect()}>
        Try again
      </button>
    </div>
  );
}

/** The first message of a GraphQL answer kept as text, or the text itself. */
function firstMessage(text: string): string {
  try {
    const { message, errors } = JSON.parse(text);
    return message ?? errors[0].message;
  } catch {
    return text;
  }
}
