//! Lists as Relay connections (<https://relay.dev/graphql/connections.htm>).

use std::borrow::Cow;
use std::sync::Arc;

use async_graphql::{ContainerType, Context, Object, SimpleObject, TypeName};
use futures_util::future::BoxFuture;

use super::batch::{Key, Row};
use super::context::ContextExt;
use super::cursor::ListId;
use super::quick::{Ask, Many, Plain, Quick};
use crate::services::page::Page;
use crate::services::{Result, keyset};

/// An object that lists show.
pub trait Listed: ContainerType + Plain + Sized {
    /// The row that it wraps.
    type Row: Send + Sync + 'static;

    /// The name of its connection.
    const CONNECTION: &'static str;

    /// The name of its edge.
    const EDGE: &'static str;

    /// The fields that rows have of which little is read; none where whole rows are read in any case.
    const BRIEF: &'static [&'static str] = &[];

    /// The fields for which something is read along with the row.
    const LADEN: &'static [&'static str] = &[];

    /// Wraps a row.
    fn of(row: Row<Self::Row>) -> Self;
}

/// Where the rows of a list stand in it.
pub enum Places<R> {
    /// By their keys.
    Keys(Box<dyn Fn(&R) -> keyset::Key + Send + Sync>),
    /// By their number, this being the first.
    From(u32),
}

/// Counts all rows of a list.
type Count = Box<dyn for<'a> Fn(&'a Context<'_>) -> BoxFuture<'a, Result<i64>> + Send + Sync>;

/// A list that hangs on each row of a level: what to load for a row, and how to show it.
pub struct Hanging<R, K, T: Listed> {
    /// What is loaded for a row.
    pub key: Box<dyn Fn(&R) -> K + Send + Sync>,
    /// The list that cursors belong to.
    pub list: ListId,
    /// Where its rows stand in it.
    pub places: Places<T::Row>,
    /// How many there are.
    pub total: Total,
}

impl<R, K, T> Hanging<R, K, T>
where
    R: Send + Sync + 'static,
    K: Key<Value = Arc<Page<Row<T::Row>>>>,
    T: Listed,
{
    /// The page that hangs on a row, loaded for all rows of its level.
    pub async fn load(self, ctx: &Context<'_>, row: &Row<R>) -> Result<Quick<Connection<T>>> {
        let page = ctx.along(row, self.key).await?;
        Ok(Quick(Connection::new(page.as_deref(), self.list, self.places, self.total)))
    }

    /// The same where it has been loaded.
    pub fn at_hand(self, ask: &mut Ask<'_>, row: &Row<R>) -> Option<()> {
        let page = ask.along(row, self.key)?;
        ask.object(&Connection::<T>::new(page.as_deref(), self.list, self.places, self.total))
    }
}

/// How many rows a list has.
pub enum Total {
    /// So many.
    Known(i64),
    /// To be counted when asked.
    Counted(Count),
    /// To be counted when asked, for all rows of the level that the list hangs on.
    Along(Box<dyn Counting>),
}

impl Total {
    /// The number that belongs to a row; none means 0.
    pub fn along<R: Send + Sync + 'static, K: Key<Value = i64>>(row: &Row<R>, key: fn(&R) -> K) -> Self {
        Self::Along(Box::new(Along { row: row.clone(), key }))
    }
}

/// Counts what hangs on a row.
pub trait Counting: Send + Sync {
    /// The number, loaded for all rows of the level.
    fn load<'a>(&'a self, ctx: &'a Context<'_>) -> BoxFuture<'a, Result<i64>>;

    /// Answers the number where it has been loaded.
    fn at_hand(&self, ask: &mut Ask<'_>) -> Option<()>;
}

struct Along<R, K> {
    row: Row<R>,
    key: fn(&R) -> K,
}

impl<R: Send + Sync + 'static, K: Key<Value = i64>> Counting for Along<R, K> {
    fn load<'a>(&'a self, ctx: &'a Context<'_>) -> BoxFuture<'a, Result<i64>> {
        Box::pin(async { Ok(ctx.along(&self.row, self.key).await?.unwrap_or(0)) })
    }

    fn at_hand(&self, ask: &mut Ask<'_>) -> Option<()> {
        let total = ask.along(&self.row, self.key)?.unwrap_or(0);
        ask.write(&total)
    }
}

/// One page of a list.
pub struct Connection<T: Listed> {
    rows: Vec<Row<T::Row>>,
    info: (bool, bool),
    list: ListId,
    places: Places<T::Row>,
    total: Total,
}

impl<T: Listed> Connection<T> {
    /// A page of a list; what is not there is an empty page.
    pub fn new(page: Option<&Page<Row<T::Row>>>, list: ListId, places: Places<T::Row>, total: Total) -> Self {
        let info = page.map_or((false, false), |page| (page.has_next, page.has_previous));
        let rows = page.map_or_else(Vec::new, |page| page.rows.clone());
        Self { rows, info, list, places, total }
    }

    fn cursor(&self, index: usize) -> String {
        match (&self.places, self.rows.get(index)) {
            (Places::Keys(key), Some(row)) => self.list.cursor(&key(row)),
            (Places::From(first), _) => {
                let index = u32::try_from(index).unwrap_or(u32::MAX);
                self.list.offset_cursor(first.saturating_add(index))
            }
            _ => String::new(),
        }
    }

    fn all_edges(&self) -> impl Iterator<Item = Edge<T>> {
        let edge = |(index, row): (usize, &Row<T::Row>)| Edge {
            cursor: self.cursor(index),
            node: T::of(row.clone()),
        };
        self.rows.iter().enumerate().map(edge)
    }

    fn info(&self) -> PageInfo {
        PageInfo {
            has_next_page: self.info.0,
            has_previous_page: self.info.1,
            start_cursor: (!self.rows.is_empty()).then(|| self.cursor(0)),
            end_cursor: self.rows.len().checked_sub(1).map(|last| self.cursor(last)),
        }
    }
}

impl<T: Listed> Plain for Connection<T> {
    fn plain(&self, ask: &mut Ask<'_>) -> Option<()> {
        match (ask.name(), &self.total) {
            ("nodes", _) => ask.list(self.rows.iter().cloned().map(T::of)),
            ("edges", _) => ask.list(self.all_edges()),
            ("pageInfo", _) => ask.object(&self.info()),
            ("totalCount", Total::Known(total)) => ask.write(total),
            ("totalCount", Total::Along(count)) => count.at_hand(ask),
            _ => None,
        }
    }
}

impl<T: Listed> TypeName for Connection<T> {
    fn type_name() -> Cow<'static, str> {
        T::CONNECTION.into()
    }
}

/// One page of a list, as a Relay connection.
#[Object(name_type)]
impl<T: Listed> Connection<T> {
    /// The objects of the page, in the order of the list.
    async fn nodes(&self) -> Many<Quick<T>> {
        Many(self.rows.iter().cloned().map(T::of).map(Quick).collect())
    }

    /// The objects of the page, each with its cursor.
    async fn edges(&self) -> Many<Quick<Edge<T>>> {
        Many(self.all_edges().map(Quick).collect())
    }

    /// Where the page begins and ends, and whether the list goes on.
    async fn page_info(&self) -> PageInfo {
        self.info()
    }

    /// How many objects the whole list has. Counted only when asked for.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i64> {
        match &self.total {
            Total::Known(total) => Ok(*total),
            Total::Counted(count) => count(ctx).await,
            Total::Along(count) => count.load(ctx).await,
        }
    }
}

/// An object of a list with its place.
pub struct Edge<T: Listed> {
    cursor: String,
    node: T,
}

impl<T: Listed> TypeName for Edge<T> {
    fn type_name() -> Cow<'static, str> {
        T::EDGE.into()
    }
}

impl<T: Listed> Plain for Edge<T> {
    fn plain(&self, ask: &mut Ask<'_>) -> Option<()> {
        match ask.name() {
            "cursor" => ask.write(&self.cursor),
            "node" => ask.object(&self.node),
            _ => None,
        }
    }
}

/// An object of a list, and the cursor of its place.
#[Object(name_type)]
impl<T: Listed> Edge<T> {
    /// The place, to be given to `after` or `before`. Opaque.
    async fn cursor(&self) -> &str {
        &self.cursor
    }

    /// The object.
    async fn node(&self) -> Quick<&T> {
        Quick(&self.node)
    }
}

/// Where a page of a list begins and ends.
#[derive(SimpleObject)]
pub struct PageInfo {
    /// Whether the list goes on after the page.
    has_next_page: bool,
    /// Whether the list begins before the page.
    has_previous_page: bool,
    /// The cursor of the first object; null on an empty page.
    start_cursor: Option<String>,
    /// The cursor of the last object; null on an empty page.
    end_cursor: Option<String>,
}

impl Plain for PageInfo {
    fn plain(&self, ask: &mut Ask<'_>) -> Option<()> {
        match ask.name() {
            "hasNextPage" => ask.write(&self.has_next_page),
            "hasPreviousPage" => ask.write(&self.has_previous_page),
            "startCursor" => ask.write(&self.start_cursor),
            "endCursor" => ask.write(&self.end_cursor),
            _ => None,
        }
    }
}
