//! One request: who asks what, admitted by the gate, executed under a deadline, answered in bytes.

use std::panic::resume_unwind;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_graphql::parser::types::OperationType;
use async_graphql::{Request, Response};
use tokio_util::task::AbortOnDropHandle;

use super::acting;
use super::answer::{Answer, Report};
use super::budget::{self, OverBudget};
use super::context::RequestData;
use super::documents::{Documents, Examiner, Missed};
use super::error::{label, retry_after};
use super::gate::{Admitted, Gate, Limits, Model, Problem, Refusal, excerpt, short_hash, view};
use super::outline;
use super::request::{Caller, Decoded};
use super::schema::{self, ShopSchema};
use super::scope::Scope;
use crate::monitoring::metrics::Source;
use crate::services::acting::Acting;
use crate::services::clients::{Client, DocumentMode, Manifest};
use crate::services::operation::{self, Operation};
use crate::services::security;
use crate::services::{AppContext, Code, Error, Permissions, Viewer};

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
    text_limit: usize,
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
        let Limits { cost: cost_limit, text_bytes: text_limit, root_fields: most_changes, .. } =
            settings.limits;
        let gate = Arc::new(Gate::new(executor, schema::checker(), model, settings.limits));
        Ok(Self {
            app,
            examiner: Examiner::new(Arc::clone(&gate), documents.schema_hash()),
            gate,
            documents,
            deadline: settings.deadline,
            cost_limit,
            text_limit,
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
        if answer.report().is_foreign || answer.code() == Some(Code::Forbidden) {
            security::forbidden(&self.app, &caller.viewer, caller.address);
        }
        answer
    }

    async fn answer(&self, mut decoded: Decoded, is_get: bool, caller: &Caller) -> Answer {
        let scope = match self.scope(caller) {
            Ok(scope) => scope,
            Err(refusal) => return Answer::refused(&refusal, caller, Report::default()),
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
                let report = Report {
                    client: handle(),
                    source: Some(source),
                    cost: refusal.cost,
                    is_foreign: refusal.is_foreign,
                    charge,
                    ..self.wanted(&decoded)
                };
                return Answer::refused(&refusal, caller, report);
            }
        };
        let mut report = Report {
            client: handle(),
            source,
            operation: admitted.name.as_ref().map(|name| excerpt(name)),
            document: Some(Arc::clone(&admitted.hash)),
            cost: admitted.cost,
            ..Report::default()
        };
        if !self.introspection && admitted.asks_for_the_schema() {
            report.charge = budget::charge_refused(&self.app, payer).await;
            let refusal = Refusal::invalid(vec![Problem::new("introspection is switched off here")]);
            return Answer::refused(&refusal, caller, report);
        }
        if is_get && admitted.kind != OperationType::Query {
            report.charge = budget::charge_refused(&self.app, payer).await;
            return Answer::change_by_get(caller, report);
        }
        match budget::charge(&self.app, payer, report.cost).await {
            Ok(charge) => report.charge = charge,
            Err(over) => return self.over_budget(*over, caller, report),
        }
        // What shared caches keep is asked for by GET, and by nobody in particular.
        admitted.max_age = if is_get && caller.viewer == Viewer::Anonymous { admitted.max_age } else { 0 };
        self.run(admitted, scope, caller, report).await
    }

    /// What is known of a document that was refused: its text may not even be one.
    fn wanted(&self, decoded: &Decoded) -> Report {
        let text = decoded.query.as_deref().filter(|text| text.len() <= self.text_limit);
        Report {
            operation: decoded.operation_name.as_deref().map(excerpt),
            document: text.map(|text| short_hash(text).into()),
            ..Report::default()
        }
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
        report.charge = Some(over.charge);
        Answer::refused_as(over.refusal.code, &told, report)
    }

    async fn run(&self, admitted: Admitted, scope: Scope, caller: &Caller, mut report: Report) -> Answer {
        let deadline = self.deadline_of(&admitted, &caller.viewer);
        let operation = Operation::until(Instant::now() + deadline);
        let max_age = admitted.max_age;
        let acting = acting::of(&admitted, caller);
        let changes = if admitted.kind == OperationType::Mutation { self.most_changes } else { 0 };
        let mut request = outline::request(&admitted).data(RequestData::new(scope, changes));
        if changes > 0 {
            request = request.data(self.examiner.clone());
        }
        let work = self.perform(request, Arc::clone(&operation), acting, changes > 0);
        let response = tokio::time::timeout(deadline, work).await;
        report.statements = operation.statements();
        report.database = operation.time();
        let Ok(mut response) = response else {
            return Answer::refused(&Refusal::timeout(), caller, report);
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
        Answer::executed(&response, code, max_age, report)
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
        })
    }
}
