//! How many statements an operation takes, by the service's own count.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use serde_json::Value;
use vitrine::app;
use vitrine::config::{Config, Documents};
use vitrine::graphql::{Answer, Caller, Decoded};
use vitrine::infrastructure::database::Address;

use crate::Result;
use crate::operations::Operation;

/// Executes operations in this process and answers the most statements that any of their requests takes.
pub async fn count(database: &Address, requests: &[(Operation, Vec<Option<String>>)]) -> Result<Vec<u64>> {
    let mut config = Config::read().map_err(|problems| problems.join("; "))?;
    config.database = database.clone();
    config.documents = Documents::Open;
    let context = app::context(database, &config).await?;
    let api = app::api(Arc::clone(&context), &config)?;
    let mut counts = Vec::new();
    for (operation, values) in requests {
        let mut most = 0;
        for value in values {
            let Value::Object(variables) = operation.variables(value.as_deref()) else { continue };
            let asked = Decoded { query: Some(operation.query.to_owned()), variables, ..Decoded::default() };
            let (Answer::Executed { report, .. } | Answer::Refused { report, .. }) =
                api.execute(asked, false, &anybody()).await;
            most = most.max(report.statements);
        }
        counts.push(most);
    }
    drop(api);
    context.db.clone().close().await?;
    Ok(counts)
}

fn anybody() -> Caller {
    Caller {
        request_id: String::new(),
        client_name: None,
        client_version: None,
        market: None,
        accept_language: None,
        language: None,
        address: IpAddr::V4(Ipv4Addr::LOCALHOST),
        viewer: vitrine::services::Viewer::Anonymous,
        cookies: vitrine::graphql::Cookies::default(),
    }
}
