//! Opening, changing and closing markets, as a back office does.

use entity::id::MarketId;
use entity::markets::{market, market_country};
use entity::money;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QuerySelect,
};
use serde_json::json;

use super::languages;
use super::write::{NewMarket, add_market};
use crate::services::bulk::{Kind, Rows, key};
use crate::services::events::{self, Event};
use crate::services::record::Fields;
use crate::services::sql::Sql;
use crate::services::{AppContext, Change, Problems, Reason, Result, Viewer, check, text};

/// Languages that a market may have.
const LANGUAGES: usize = 20;

/// Markets that a shop may have.
const MARKETS: u64 = 100;

/// A market as somebody wants it to be; what is absent stays as it is.
#[derive(Clone, Debug, Default)]
pub struct MarketInput {
    /// Its slug, which requests name.
    pub handle: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// ISO 4217 code.
    pub currency: Option<String>,
    /// ISO 3166-1 alpha-2 codes.
    pub countries: Option<Vec<String>>,
    /// BCP 47 tags, in the order in which they fall back.
    pub languages: Option<Vec<String>>,
    /// Whether its prices include tax.
    pub tax_inclusive: Option<bool>,
    /// `true` makes it the one for requests that name none.
    pub is_default: Option<bool>,
}

impl MarketInput {
    fn check(&mut self) -> Problems {
        let mut problems = Problems::default();
        if let Some(handle) = &self.handle {
            text::handle(&mut problems, &[&"handle"], handle);
        }
        if let Some(name) = &mut self.name {
            check::line(&mut problems, &[&"name"], name, check::TITLE);
        }
        if self.currency.as_ref().is_some_and(|currency| !money::is_currency(currency)) {
            problems.add(Reason::Invalid, &[&"currency"], "there is no such currency in ISO 4217");
        }
        for (index, country) in self.countries.iter().flatten().enumerate() {
            check::country(&mut problems, &[&"countries", &index], country);
        }
        if let Some(countries) = &self.countries {
            no_twins(&mut problems, "countries", countries);
        }
        if let Some(languages) = &self.languages {
            check::some(&mut problems, &[&"languages"], languages, LANGUAGES);
            no_twins(&mut problems, "languages", languages);
            for (index, language) in languages.iter().enumerate() {
                check::language(&mut problems, &[&"languages", &index], language);
            }
        }
        if self.is_default == Some(false) {
            let message = "name the market that is to be the default instead";
            problems.add(Reason::Invalid, &[&"isDefault"], message);
        }
        problems
    }
}

fn no_twins(problems: &mut Problems, field: &str, list: &[String]) {
    for (index, one) in list.iter().enumerate().take(check::ROWS) {
        if list[..index].contains(one) {
            problems.add(Reason::Invalid, &[&field, &index], "it is named twice");
        }
    }
    if list.len() > check::ROWS {
        problems.add(Reason::Invalid, &[&field], format!("it lists at most {}", check::ROWS));
    }
}

/// Opens a market. Nothing is published or priced in it yet, so only staff come across products there.
///
/// # Errors
/// Everything that is wrong with the input, at once.
pub async fn create(app: &AppContext, _viewer: &Viewer, input: MarketInput) -> Result<MarketId> {
    let change = app.begin().await?;
    let id = create_in(&change, input).await?;
    change.commit().await?;
    app.refresh_markets().await?;
    Ok(id)
}

/// The same as part of a change.
pub async fn create_in(change: &Change<'_>, mut input: MarketInput) -> Result<MarketId> {
    let mut problems = input.check();
    let needed = [
        ("handle", input.handle.is_none()),
        ("name", input.name.is_none()),
        ("currency", input.currency.is_none()),
        ("languages", input.languages.is_none()),
    ];
    for (field, is_missing) in needed {
        if is_missing {
            problems.add(Reason::Invalid, &[&field], "a new market needs it");
        }
    }
    problems.clone().none()?;
    lock(change).await?;
    if market::Entity::find().count(&change.tx).await? >= MARKETS {
        problems.add(Reason::Invalid, &[], format!("a shop has at most {MARKETS} markets"));
    }
    look_around(change, None, &input, &mut problems).await?;
    problems.none()?;
    let new = NewMarket {
        handle: input.handle.unwrap_or_default(),
        name: input.name.unwrap_or_default(),
        currency: input.currency.unwrap_or_default(),
        countries: input.countries.unwrap_or_default(),
        languages: input.languages.unwrap_or_default(),
        tax_inclusive: input.tax_inclusive.unwrap_or(false),
    };
    let told = new.told();
    let id = add_market(change, new).await?;
    change.made(id, &told);
    change.touch_many(languages::products(change).await?).await?;
    if input.is_default == Some(true) {
        make_default(change, id).await?;
    }
    Ok(id)
}

/// Changes a market.
///
/// # Errors
/// Everything that is wrong with the input, at once.
pub async fn update(app: &AppContext, _viewer: &Viewer, id: MarketId, input: MarketInput) -> Result<()> {
    let change = app.begin().await?;
    update_in(&change, id, input).await?;
    change.commit().await?;
    app.refresh_markets().await
}

/// The same as part of a change.
pub async fn update_in(change: &Change<'_>, id: MarketId, mut input: MarketInput) -> Result<()> {
    lock(change).await?;
    let before = find(change, id).await?;
    let mut problems = input.check();
    look_around(change, Some(id), &input, &mut problems).await?;
    let is_other = input.currency.as_ref().is_some_and(|currency| *currency != before.currency);
    if is_other && has_prices(change, id).await? {
        let message = "there are prices in the market's currency; delete them first";
        problems.add(Reason::InUse, &[&"currency"], message);
    }
    problems.none()?;
    let mut after = before.clone();
    after.handle = input.handle.unwrap_or(after.handle);
    after.name = input.name.unwrap_or(after.name);
    after.currency = input.currency.unwrap_or(after.currency);
    after.tax_inclusive = input.tax_inclusive.unwrap_or(after.tax_inclusive);
    if after != before {
        after.into_active_model().reset_all().update(&change.tx).await?;
    }
    let before_told = told(change, &before).await?;
    if let Some(countries) = &input.countries {
        set_countries(change, id, countries).await?;
    }
    if let Some(wanted) = &input.languages {
        languages::set(change, id, wanted).await?;
    }
    if input.is_default == Some(true) && !before.is_default {
        make_default(change, id).await?;
    }
    let after = find(change, id).await?;
    change.changed(id, &before_told, &told(change, &after).await?);
    events::publish(change, Event::MarketsChanged, [id.0]).await
}

/// Closes a market: nobody is served in it from now on. Its lists, prices and publications are removed by a worker.
///
/// # Errors
/// Where there is no such market, or it is the default one.
pub async fn delete(app: &AppContext, _viewer: &Viewer, id: MarketId) -> Result<()> {
    let change = app.begin().await?;
    delete_in(&change, id).await?;
    change.commit().await?;
    app.refresh_markets().await
}

/// The same as part of a change.
pub async fn delete_in(change: &Change<'_>, id: MarketId) -> Result<()> {
    lock(change).await?;
    let mut row = find(change, id).await?;
    if row.is_default {
        let message = "the default market cannot be deleted; make another one the default first";
        return Err(Problems::one(Reason::InUse, &[&"id"], message));
    }
    change.removed(id, &told(change, &row).await?);
    row.closing = true;
    // The name is free for another market at once.
    row.handle = format!("~{}", id.0.simple());
    row.into_active_model().reset_all().update(&change.tx).await?;
    set_countries(change, id, &[]).await?;
    change.touch_many(languages::products(change).await?).await?;
    change.ring();
    events::publish(change, Event::MarketsChanged, [id.0]).await
}

/// What is unique among markets is looked at before it is written, so only one change at a time may do so.
pub(super) async fn lock(change: &Change<'_>) -> Result<()> {
    static LOCK: Sql =
        Sql::new("{lateral}SELECT 1 FROM pg_advisory_xact_lock(1447646294){window}SELECT 1{end}");
    LOCK.one(&change.tx, []).await?;
    Ok(())
}

/// A market as auditors are told of it.
async fn told(change: &Change<'_>, row: &market::Model) -> Result<Fields> {
    static COUNTRIES: Sql =
        Sql::new("SELECT country FROM market_country WHERE market_id = $1 ORDER BY country");
    static LANGUAGES: Sql = Sql::new(
        "SELECT language FROM market_language WHERE market_id = $1 AND state <> 2 ORDER BY position",
    );
    let mut fields = Fields::of(row);
    for (name, statement) in [("countries", &COUNTRIES), ("languages", &LANGUAGES)] {
        let rows = statement.all(&change.tx, [row.id.0.into()]).await?;
        let texts = rows.iter().map(|row| row.try_get_by_index::<String>(0));
        fields = fields.with(name, texts.collect::<std::result::Result<Vec<_>, _>>()?);
    }
    Ok(fields)
}

async fn find(change: &Change<'_>, id: MarketId) -> Result<market::Model> {
    // Whoever sets prices in it right now is waited for.
    let row = market::Entity::find_by_id(id).lock_exclusive().one(&change.tx).await?;
    let row = row.filter(|row| !row.closing);
    row.ok_or_else(|| Problems::one(Reason::NotFound, &[&"id"], "there is no such market"))
}

/// Looks for other markets that have the handle or one of the countries.
async fn look_around(
    change: &Change<'_>,
    id: Option<MarketId>,
    input: &MarketInput,
    problems: &mut Problems,
) -> Result<()> {
    if let Some(handle) = &input.handle {
        let owner = market::Entity::find().filter(market::Column::Handle.eq(handle)).one(&change.tx).await?;
        if owner.is_some_and(|owner| Some(owner.id) != id) {
            problems.add(Reason::Taken, &[&"handle"], "another market has this handle");
        }
    }
    if input.countries.is_some() {
        let taken = market_country::Entity::find().all(&change.tx).await?;
        for (index, country) in input.countries.iter().flatten().enumerate() {
            if taken.iter().any(|row| row.country == *country && Some(row.market_id) != id) {
                let message = "the country belongs to another market";
                problems.add(Reason::Taken, &[&"countries", &index], message);
            }
        }
    }
    Ok(())
}

async fn has_prices(change: &Change<'_>, id: MarketId) -> Result<bool> {
    static PRICES: Sql = Sql::new("SELECT 1 FROM price WHERE market_id = $1 LIMIT 1");
    Ok(PRICES.one(&change.tx, [id.0.into()]).await?.is_some())
}

async fn make_default(change: &Change<'_>, id: MarketId) -> Result<()> {
    static NONE: Sql = Sql::new("UPDATE market SET is_default = false WHERE is_default");
    static THIS: Sql = Sql::new("UPDATE market SET is_default = true WHERE id = $1");
    NONE.run(&change.tx, []).await?;
    THIS.run(&change.tx, [id.0.into()]).await?;
    Ok(())
}

async fn set_countries(change: &Change<'_>, id: MarketId, countries: &[String]) -> Result<()> {
    const COUNTRY: Rows = Rows {
        table: "market_country",
        columns: &[("market_id", Kind::Uuid), ("country", Kind::Text)],
        key: 2,
        keep: &[],
    };
    let of_it = market_country::Column::MarketId.eq(id);
    market_country::Entity::delete_many().filter(of_it).exec(&change.tx).await?;
    let rows = countries.iter().map(|country| json!([key(id.0), country]));
    COUNTRY.upsert(&change.tx, rows.collect()).await?;
    Ok(())
}
