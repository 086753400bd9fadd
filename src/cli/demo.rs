//! `vitrine demo`: a shop to try, from nothing.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::Args;

use super::serve::{bind, serve, taken};
use super::{Outcome, explain, start_logs};
use crate::app;
use crate::config::{Config, Documents};
use crate::infrastructure::database::Address;
use crate::services::backoffice::statistics;
use crate::services::identity::staff;
use crate::services::imports::sample;
use crate::services::{AppContext, Error};

/// Create a shop with a sample catalogue on an embedded database and serve it; `DATABASE_URL` is never touched
#[derive(Args)]
pub struct Demo {
    /// Where the shop is kept; a shop that is there already is served as it is
    #[arg(long, value_name = "FOLDER", default_value = ".vitrine")]
    data: PathBuf,
    /// Where to listen
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
}

impl Demo {
    pub async fn run(self, mut config: Config) -> Outcome {
        let media = self.data.join("media");
        std::fs::create_dir_all(&media).map_err(|error| format!("{}: {error}", media.display()))?;
        config.database = Address::Sqlite(self.data.join("demo.db").display().to_string());
        config.development = true;
        config.introspection = true;
        config.graphiql = true;
        config.documents = Documents::Open;
        // A line a request would hide what was printed; RUST_LOG=info shows them.
        config.log_filter = config.log_filter.or_else(|| Some("warn".to_owned()));
        config.listen = self.listen.unwrap_or(config.listen);
        config.media = Some(media.clone());
        start_logs(&config)?;
        let listener = bind(&mut config).await.map_err(|error| taken(config.listen, &error))?;
        let context = app::migrated(&config.database, &config).await.map_err(|error| explain(&error))?;
        if context.markets().markets.is_empty() {
            say!("Filling a new shop in {} ...", self.data.display());
            sample::sample(&context, &media).await.map_err(|error| explain(&error))?;
            statistics::gather(&context).await.map_err(|error| explain(&error))?;
            context.refresh_markets().await.map_err(|error| explain(&error))?;
        }
        app::open_identity(&context, &config).await.map_err(|error| explain(&error))?;
        people(&context).await.map_err(|error| explain(&error))?;
        serve(listener, context, &config, || welcome(config.listen, &self.data)).await
    }
}

const OWNER: (&str, &str) = ("owner@demo.example", "vitrine demo owner");
const CUSTOMER: (&str, &str) = ("customer@demo.example", "vitrine demo customer");

/// Somebody who runs the shop and somebody who shops there: their passwords are no secret.
async fn people(context: &AppContext) -> Result<(), Error> {
    if !staff::is_anybody_there(context).await? {
        staff::add(context, OWNER.0, Some("Olivia Owner"), staff::OWNERS, Some(OWNER.1)).await?;
    }
    staff::add_customer(context, CUSTOMER.0, "Carl Customer", CUSTOMER.1).await
}

fn welcome(address: SocketAddr, data: &Path) {
    say!(
        r#"
Vitrine is serving a sample shop.

  GraphiQL   http://{address}/graphiql
  GraphQL    http://{address}/graphql
  Schema     http://{address}/schema.graphql
  Mails      http://{address}/mails

  Owner      {} with the password "{}"
  Customer   {} with the password "{}"

A query to paste:

  {{
    products(first: 3, sortKey: RATING) {{
      nodes {{
        title
        handle
        priceRange {{ min {{ amount currency }} }}
        featuredImage {{ url alt }}
        ratingSummary {{ average count }}
      }}
    }}
  }}

The same from a terminal, in the other market and in German:

  curl http://{address}/graphql -H 'Content-Type: application/json' -H 'Vitrine-Market: de' -H 'Accept-Language: de' \
    -d '{{"query":"{{ products(first: 3) {{ nodes {{ title priceRange {{ min {{ amount currency }} }} }} }} }}"}}'

The shop is kept in {} (delete the folder to begin anew). RUST_LOG=info logs a line for each request. Ctrl-C ends the server."#,
        OWNER.0,
        OWNER.1,
        CUSTOMER.0,
        CUSTOMER.1,
        data.display()
    );
}
