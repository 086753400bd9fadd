//! Texts of the catalogue in the language of a request.

use sea_orm::Value;

use crate::services::markets::Locale;

/// What a statement says to read texts of a table that is called `alias` there, and has its translations beside it.
#[derive(Clone, Copy, Debug)]
pub struct Spoken<'a> {
    /// The market and language of the answer.
    pub locale: &'a Locale,
    /// The table.
    pub table: &'static str,
    /// What it is called in the statement.
    pub alias: &'static str,
}

impl Spoken<'_> {
    /// A text in the first of the languages that has it.
    pub fn text(&self, column: &str) -> String {
        let alias = self.alias;
        if self.locale.is_base() {
            return format!("{alias}.{column}");
        }
        format!("coalesce({alias}1.{column}, {alias}2.{column}, {alias}.{column})")
    }

    /// The joins that this takes, with the languages as further values: none where texts are wanted as they were
    /// written.
    pub fn joins(&self, values: &mut Vec<Value>) -> String {
        if self.locale.is_base() {
            return String::new();
        }
        let Self { table, alias, .. } = self;
        let mut joins = String::new();
        for (number, language) in self.locale.chain.iter().enumerate() {
            values.push(language.as_str().into());
            let (t, place) = (format!("{alias}{}", number + 1), values.len());
            joins += &format!(
                " LEFT JOIN {table}_translation {t} ON {t}.{table}_id = {alias}.id AND {t}.language = ${place}"
            );
        }
        joins
    }
}
