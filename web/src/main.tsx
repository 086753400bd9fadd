// The page: GraphiQL on this server's own `/graphql`, with sample operations to start from.
import { GraphiQL } from 'graphiql';
import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import { createRoot } from 'react-dom/client';
import { fetcher } from './fetcher';
import icon from './icon.svg';
import { defaultHeaders, fillInId, samples } from './samples';
import { SchemaNotice } from './schema-notice';
import './style.css';
import { startingEditors } from './tabs';
import { Veil } from './veil';

function Page() {
  return (
    <GraphiQL
      fetcher={fetcher}
      defaultTabs={samples}
      defaultHeaders={defaultHeaders}
      defaultEditorToolsVisibility="headers"
      shouldPersistHeaders
      {...startingEditors(localStorage)}
    >
      <GraphiQL.Logo>
        <a className="vitrine-logo" href="/graphiql">
          <img src={icon} alt="" width="20" height="20" />
          Vitrine
        </a>
      </GraphiQL.Logo>
      <GraphiQL.Footer>
        <SchemaNotice />
      </GraphiQL.Footer>
      <Veil />
    </GraphiQL>
  );
}

await fillInId(samples);
createRoot(document.getElementById('root')!).render(<Page />);
