//! One request: who asks what, admitted by the gate, executed under a deadline, answered in bytes.

use std::fmt;
use std::net::IpAddr;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_graphql::parser::types::OperationType;
use async_graphql::{Request, Response};
use bytes::Bytes;
use serde_json::{Map, Value};
use tokio_util::task::AbortOnDropHandle;

use super::acting;
use super::budget::{self, OverBudget};
use super::context::{RequestData, Scope};
use super::cookies::Cookies;
use super::documents::{Documents, Examiner, Missed};
use super::error::{label, refused, retry_after};
use super::gate::{Admitted, Gate, Limits, Model, Problem, Refusal, excerpt, view};
use super::json;
use super::outline;
use super::schema::{self, ShopSchema};
use crate::monitoring::metrics::Source;
use crate::services::acting::Acting;
use crate::services::budgets::Charge;
use crate::services::clients::{Client, DocumentMode, Manifest};
use crate::services::operation::{self, Operation};
use crate::services::security;
use crate::services::{AppContext, Code, Error, Permissions, Viewer};

/// What was asked, decoded from the wire.
#[derive(Clone, Default)]
pub struct Decoded {
    /// The document's text.
    pub query: Option<String>,
    /// The id under which the document is registered.
    pub document_id: Option<String>,
    /// Which of its operations to execute.
    pub operation_name: Option<String>,
    /// Values of its variables.
    pub variables: Map<String, Value>,
    /// What clients say beside.
    pub extensions: Map<String, Value>,
}

/// Never shows values: there are passwords among them, and texts may hold them, too.
impl fmt::Debug for Decoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let variables: Vec<&String> = self.variables.keys().collect();
        let operation = self.operation_name.as_ref().map(|name| excerpt(name));
        f.debug_struct("Decoded")
            .field("operation_name", &operation)
            .field("variables", &variables)
            .finish_non_exhaustive()
    }
}

/// Who asks, from where, and in which market and language.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The request's id, which finds it in the log.
    pub request_id: String,
    /// The client app's name.
    pub client_name: Option<String>,
    /// The client app's version.
    pub client_version: Option<String>,
    /// The market's handle.
    pub market: Option<String>,
    /// An `Accept-Language` header.
    pub accept_language: Option<String>,
    /// One language, as a URL names it; it wins over the header, which browsers always send.
    pub language: Option<String>,
    /// Where the request comes from.
    pub address: IpAddr,
    /// Who it is from, once the credentials have been looked at.
    pub viewer: Viewer,
    /// The cookies of a browser.
    pub cookies: Cookies,
}

/// What becomes of a request.
#[derive(Clone, Debug)]
pub enum Answer {
    /// It was not executed.
    Refused {
        /// Why.
        code: Code,
        /// JSON without `data`.
        body: Bytes,
        /// Whether it asked for a change by GET.
        mutation_on_get: bool,
        /// For the log.
        report: Report,
    },
    /// It was executed, perhaps with errors.
    Executed {
        /// JSON with `data`.
        body: Bytes,
        /// The code of the first error.
        code: Option<Code>,
        /// For how many seconds a shared cache may keep the answer; `None` where it is for the caller alone.
        max_age: Option<u32>,
        /// For the log.
        report: Report,
    },
}

/// What the log tells of an operation.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The operation's name.
    pub operation: Option<String>,
    /// A short hash of the document.
    pub document: Option<Arc<str>>,
    /// The handle of the registered client app.
    pub client: Option<String>,
    /// How the document came; `None` where nobody looked for it.
    pub source: Option<Source>,
    /// Objects that it could return.
    pub cost: u64,
    /// Statements, without BEGIN and COMMIT.
    pub statements: u64,
    /// Time in statements, summed up.
    pub database: Duration,
    /// After which time a part that was refused for now can be tried again.
    pub retry_after: Option<Duration>,
    /// Whether it asks for something that takes a right which the caller does not have.
    pub is_foreign: bool,
    /// What was charged for it, and how the caller's budget stands; the answer's headers tell it.
    pub charge: Option<Charge>,
}

/// How operations are executed.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What an operation may be.
    pub limits: Limits,
    /// How long an operation may take.
    pub deadline: Duration,
    /// Whether clients may read the schema.
    pub introspection: bool,
    /// Which documents are run for callers that name no registered client app.
    pub documents: DocumentMode,
    /// What the addresses of files on this server begin with; empty leaves them as paths.
    pub public_url: String,
    /// Whether there is a folder that images can be sent to.
    pub uploads: bool,
}

/// How long changes of staff and apps may take.
const BULK_DEADLINE: Duration = Duration::from_mins(1);

/// The GraphQL API.
pub struct Api {
    app: Arc<AppContext>,
    gate: Arc<Gate<ShopSchema>>,
    documents: Documents,
    examiner: Examiner,
    deadline: Duration,
    cost_limit: u64,
    most_changes: usize,
    introspection: bool,
    public_url: Arc<str>,
    uploads: bool,
}

impl Api {
    /// The API of a shop.
    ///
    /// # Errors
    /// Where the schema cannot be read back from its own text, which a test excludes.
    pub fn new(app: Arc<AppContext>, settings: Settings) -> Result<Self, String> {
        let sdl = schema::sdl();
        let model = Model::parse(&sdl).map_err(|error| error.to_string())?;
        let executor = schema::executor(settings.introspection);
        let introspection = settings.introspection;
        let undeclared = model.undeclared();
        if !undeclared.is_empty() {
            return Err(format!("these root fields do not say who may use them: {}", undeclared.join(", ")));
        }
        let documents = Documents::new(settings.documents, &sdl);
        let (cost_limit, most_changes) = (settings.limits.cost, settings.limits.root_fields);
        let gate = Arc::new(Gate::new(executor, schema::checker(), model, settings.limits));
        Ok(Self {
            app,
            examiner: Examiner::new(Arc::clone(&gate), documents.schema_hash()),
            gate,
            documents,
            deadline: settings.deadline,
            cost_limit,
            most_changes,
            introspection,
            public_url: settings.public_url.into(),
            uploads: settings.uploads,
        })
    }

    /// The outside world that it answers from.
    pub fn app(&self) -> &Arc<AppContext> {
        &self.app
    }

    /// The schema as text, as the viewer may see it.
    pub fn sdl(&self, viewer: &Viewer) -> String {
        view(&schema::sdl(), self.gate.model(), viewer)
    }

    /// Checks the documents of a version of a client app, so that they can be registered.
    ///
    /// # Errors
    /// Everything that is wrong with the manifest.
    pub async fn examine(&self, version: &str, manifest: &str) -> Result<Manifest, Error> {
        self.examiner.examine(version, manifest).await
    }

    /// Answers a request, and notes where it asks for what is not the caller's.
    pub async fn execute(&self, decoded: Decoded, is_get: bool, caller: &Caller) -> Answer {
        let answer = self.answer(decoded, is_get, caller).await;
        let (code, report) = match &answer {
            Answer::Refused { code, report, .. } => (Some(*code), report),
            Answer::Executed { code, report, .. } => (*code, report),
        };
        if report.is_foreign || code == Some(Code::Forbidden) {
            security::forbidden(&self.app, &caller.viewer, caller.address);
        }
        answer
    }

    async fn answer(&self, mut decoded: Decoded, is_get: bool, caller: &Caller) -> Answer {
        let scope = match self.scope(caller) {
            Ok(scope) => scope,
            Err(refusal) => return refuse(&refusal, caller, Report::default()),
        };
        let clients = self.app.clients();
        let client = caller.client_name.as_deref().and_then(|name| clients.named(name)).map(AsRef::as_ref);
        let handle = || client.map(|client| client.handle.clone());
        let payer = budget::payer(caller, client);
        if let Err(over) = budget::open(&self.app, payer) {
            return self.over_budget(*over, caller, Report { client: handle(), ..Report::default() });
        }
        let (source, mut admitted) = match self.admit(&mut decoded, caller, client).await {
            Ok((source, admitted)) => (Some(source), admitted),
            Err((source, refusal)) => {
                let charge = budget::charge_refused(&self.app, payer).await;
                let source = Some(source);
                let cost = refusal.cost;
                let is_foreign = refusal.is_foreign;
                let report =
                    Report { client: handle(), source, cost, charge, is_foreign, ..Report::default() };
                return refuse(&refusal, caller, report);
            }
        };
        if !self.introspection && admitted.asks_for_the_schema() {
            let refusal = Refusal::invalid(vec![Problem::new("introspection is switched off here")]);
            return refuse(&refusal, caller, Report { source, ..Report::default() });
        }
        let mut report = Report {
            client: handle(),
            source,
            operation: admitted.name.as_ref().map(|name| excerpt(name)),
            document: Some(Arc::clone(&admitted.hash)),
            cost: admitted.cost,
            ..Report::default()
        };
        if is_get && admitted.kind != OperationType::Query {
            let refusal = Refusal::invalid(vec![Problem::new("only queries may be sent by GET")]);
            let body = body(json::refusal(&refused(&refusal, &caller.request_id)));
            return Answer::Refused { code: refusal.code, body, mutation_on_get: true, report };
        }
        match budget::charge(&self.app, payer, report.cost).await {
            Ok(charge) => report.charge = charge,
            Err(over) => return self.over_budget(*over, caller, report),
        }
        // What shared caches keep is asked for by GET, and by nobody in particular.
        admitted.max_age = if is_get && caller.viewer == Viewer::Anonymous { admitted.max_age } else { 0 };
        self.run(admitted, scope, caller, report).await
    }

    /// Finds the document that is asked for, and lets it in.
    async fn admit(
        &self,
        decoded: &mut Decoded,
        caller: &Caller,
        client: Option<&Client>,
    ) -> Result<(Source, Admitted), Missed> {
        let variables = std::mem::take(&mut decoded.variables);
        let found = self.documents.find(&self.gate, &self.app, decoded, caller, client).await?;
        let name = decoded.operation_name.as_deref();
        let admitted = self.gate.admit_prepared(&found.prepared, name, variables).await;
        let admitted = admitted.map_err(|refusal| (found.source, refusal))?;
        // Only what may be executed is worth its place.
        self.documents.admitted(&self.gate, &found, decoded, caller);
        Ok((found.source, admitted))
    }

    fn over_budget(&self, over: OverBudget, caller: &Caller, mut report: Report) -> Answer {
        let told = budget::refused(&over, report.cost, self.cost_limit, &caller.request_id);
        let body = body(json::refusal(&told));
        report.charge = Some(over.charge);
        Answer::Refused { code: over.refusal.code, body, mutation_on_get: false, report }
    }

    async fn run(&self, admitted: Admitted, scope: Scope, caller: &Caller, mut report: Report) -> Answer {
        let deadline = self.deadline_of(&admitted, &caller.viewer);
        let operation = Operation::until(Instant::now() + deadline);
        let max_age = admitted.max_age;
        let acting = acting::of(&admitted, caller);
        let changes = if admitted.kind == OperationType::Mutation { self.most_changes } else { 0 };
        let request = outline::request(&admitted).data(RequestData::new(scope, changes));
        let work = self.perform(request, Arc::clone(&operation), acting, changes > 0);
        let response = tokio::time::timeout(deadline, work).await;
        report.statements = operation.statements();
        report.database = operation.time();
        let Ok(mut response) = response else {
            return refuse(&Refusal::timeout(), caller, report);
        };
        let code = label(&mut response, &caller.request_id);
        report.retry_after = retry_after(&response);
        let max_age = (max_age > 0 && code.is_none()).then_some(max_age);
        let cost = match max_age {
            // What somebody else may read later says nothing of this caller's budget.
            Some(_) => budget::told_to_all(report.cost),
            None => budget::told(report.cost, self.cost_limit, report.charge.as_ref()),
        };
        if max_age.is_some() {
            report.charge = None;
        }
        response.extensions.insert("cost".to_owned(), cost);
        Answer::Executed { body: body(json::response(&response)), code, max_age, report }
    }

    /// Whole catalogues take their time: they are written in many short changes.
    fn deadline_of(&self, admitted: &Admitted, viewer: &Viewer) -> Duration {
        let is_bulk = admitted.kind == OperationType::Mutation && viewer.permissions() != Permissions::NONE;
        if is_bulk { self.deadline.max(BULK_DEADLINE) } else { self.deadline }
    }

    /// Operations run in tasks of their own. What wakes one of them does not concern the layers around it, and a client
    /// that hangs up does not cut a change in half, while a query ends with whoever waits for it.
    async fn perform(
        &self,
        request: Request,
        operation: Arc<Operation>,
        acting: Option<Acting>,
        is_change: bool,
    ) -> Response {
        let (executor, app) = (self.gate.executor().clone(), Arc::clone(&self.app));
        let work = operation::within(operation, async move {
            match acting {
                Some(acting) => Box::pin(acting::execute(&app, acting, executor.execute(request))).await,
                None => executor.execute(request).await,
            }
        });
        let task = tokio::spawn(work);
        let done = if is_change { task.await } else { AbortOnDropHandle::new(task).await };
        done.unwrap_or_else(|failure| {
            if failure.is_panic() && !is_change {
                resume_unwind(failure.into_panic());
            }
            acting::failed(Error::internal(failure))
        })
    }

    /// What holds for the whole operation: the market and the language are settled here.
    fn scope(&self, caller: &Caller) -> Result<Scope, Refusal> {
        let markets = self.app.markets();
        let languages = caller.language.as_deref().or(caller.accept_language.as_deref());
        let locale = markets.locale(caller.market.as_deref(), languages.unwrap_or_default());
        let Some(locale) = locale else {
            return Err(Refusal::bad_request("there is no such market"));
        };
        Ok(Scope {
            app: Arc::clone(&self.app),
            viewer: caller.viewer,
            address: caller.address,
            cookies: caller.cookies.clone(),
            now: self.app.now(),
            locale,
            markets,
            public_url: Arc::clone(&self.public_url),
            uploads: self.uploads,
            examiner: self.examiner.clone(),
        })
    }
}

fn refuse(refusal: &Refusal, caller: &Caller, report: Report) -> Answer {
    let body = body(json::refusal(&refused(refusal, &caller.request_id)));
    Answer::Refused { code: refusal.code, body, mutation_on_get: false, report }
}

fn body(written: serde_json::Result<Bytes>) -> Bytes {
    written.unwrap_or_else(|error| {
        tracing::error!(%error, "an answer could not be written");
        Bytes::from_static(br#"{"errors":[{"message":"something went wrong on our side"}]}"#)
    })
}
