//! What the activity list is filtered and searched by.

use access::{DoorId, HolderClass};
use hub_api::EntryInfo;
use rusqlite::types::Value;
use rusqlite::{Connection, params, params_from_iter};
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use super::activity::{RECORDS, read_record};
use super::deliveries::is_delivery;
use super::{Happening, Record, Store, StoreError, to_json};
use crate::ui::ActivityWho;

/// Words beyond these are not looked for.
const MOST_WORDS: usize = 8;

/// What to look for; the default lets everything through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub door: Option<DoorId>,
    pub who: Option<ActivityWho>,
    /// As a person wrote it.
    pub text: String,
}

/// The columns that a filter reads.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Facets {
    pub(super) door: String,
    pub(super) who: Option<&'static str>,
    pub(super) delivery: bool,
    pub(super) words: String,
}

impl From<&Happening> for Facets {
    fn from(happening: &Happening) -> Self {
        let door = happening.door().to_string();
        match happening {
            Happening::OwnUnlock { .. } => Self {
                door,
                who: Some("own"),
                ..Self::default()
            },
            Happening::Entry(entry) => Self {
                door,
                who: entry.class.and_then(class_name),
                delivery: is_delivery(entry),
                words: words_of(entry),
            },
        }
    }
}

impl Store {
    /// At most `limit` records older than `before` that a filter lets through, newest first.
    pub fn matching(
        &self,
        filter: &Filter,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Record>, StoreError> {
        let (conditions, mut values) = conditions(filter, &self.known_names(filter)?)?;
        let before = before.map_or(i64::MAX, |cursor| i64::try_from(cursor).unwrap_or(i64::MAX));
        values.extend([Value::Integer(before), Value::Integer(limit.into())]);
        let sql = format!(
            "{RECORDS} WHERE {conditions} activity.cursor < ? ORDER BY activity.cursor DESC LIMIT ?"
        );
        let connection = self.lock();
        let mut statement = connection.prepare_cached(&sql)?;
        let mut rows = statement.query(params_from_iter(values))?;
        let mut records = Vec::new();
        while let Some(row) = rows.next()? {
            records.push(read_record(row)?);
        }
        Ok(records)
    }

    fn known_names(&self, filter: &Filter) -> Result<KnownNames, StoreError> {
        if filter.text.is_empty() {
            return Ok(KnownNames::default());
        }
        let doors = self.doors()?.into_iter();
        let labels = self.pass_labels()?.into_iter();
        Ok(KnownNames {
            doors: doors
                .map(|door| (door.id.to_string(), fold(&door.name)))
                .collect(),
            passes: labels
                .map(|(pass, label)| (pass.to_string(), fold(&label)))
                .collect(),
        })
    }

    /// The cursor of the oldest record there is.
    pub fn oldest_cursor(&self) -> Result<Option<u64>, StoreError> {
        let sql = "SELECT min(cursor) FROM activity";
        let cursor: Option<i64> = self.lock().query_row(sql, [], |row| row.get(0))?;
        Ok(cursor.map(i64::cast_unsigned))
    }
}

/// What doors and the household's passes are called now, whatever they were called at the time: by id, without case and
/// accents.
#[derive(Default)]
struct KnownNames {
    doors: Vec<(String, String)>,
    passes: Vec<(String, String)>,
}

/// Fills in what a database lacks that an earlier app wrote. What cannot be read is found by no search.
pub(super) fn fill_in(connection: &mut Connection) -> Result<(), StoreError> {
    let transaction = connection.transaction()?;
    {
        let mut unread =
            transaction.prepare("SELECT cursor, body FROM activity WHERE words IS NULL")?;
        let mut write = transaction.prepare(
            "UPDATE activity SET door = ?2, who = ?3, delivery = ?4, words = ?5 WHERE cursor = ?1",
        )?;
        let rows: Vec<(i64, String)> = unread
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        for (cursor, body) in rows {
            let happening = serde_json::from_str::<Happening>(&body).ok();
            let facets = happening.as_ref().map(Facets::from).unwrap_or_default();
            write.execute(params![
                cursor,
                facets.door,
                facets.who,
                facets.delivery,
                facets.words
            ])?;
        }
    }
    transaction.commit()?;
    Ok(())
}

/// Conditions that each end in `AND`, and the values of their places.
fn conditions(filter: &Filter, names: &KnownNames) -> Result<(String, Vec<Value>), StoreError> {
    let mut sql = String::new();
    let mut values = Vec::new();
    if let Some(door) = filter.door {
        sql.push_str("activity.door = ? AND ");
        values.push(Value::Text(door.to_string()));
    }
    match filter.who {
        None => {}
        Some(ActivityWho::Delivery) => sql.push_str("delivery = 1 AND "),
        Some(ActivityWho::Courier) => sql.push_str("who = 'courier' AND "),
        Some(ActivityWho::Guest) => sql.push_str("who = 'guest' AND "),
        Some(ActivityWho::Staff) => sql.push_str("who = 'staff' AND "),
        Some(ActivityWho::Own) => sql.push_str("who = 'own' AND "),
    }
    for word in fold(&filter.text).split_whitespace().take(MOST_WORDS) {
        sql.push_str("(instr(words, ?) > 0 OR activity.door IN (SELECT value FROM json_each(?))");
        values.push(Value::Text(word.to_owned()));
        values.push(Value::Text(to_json(&called(&names.doors, word))?));
        let passes = called(&names.passes, word);
        if !passes.is_empty() {
            sql.push_str(" OR json_extract(body, '$.pass') IN (SELECT value FROM json_each(?))");
            values.push(Value::Text(to_json(&passes)?));
        }
        sql.push_str(") AND ");
    }
    Ok((sql, values))
}

/// The ids of those whose name has the word in it.
fn called<'a>(names: &'a [(String, String)], word: &str) -> Vec<&'a str> {
    let found = names.iter().filter(|(_, name)| name.contains(word));
    found.map(|(id, _)| id.as_str()).collect()
}

/// Without case and accents.
fn fold(text: &str) -> String {
    let letters = text.nfkd().filter(|letter| !is_combining_mark(*letter));
    letters.flat_map(char::to_lowercase).collect()
}

fn words_of(entry: &EntryInfo) -> String {
    let names = [&entry.carrier_name, &entry.driver, &entry.guest_name];
    let names: Vec<_> = names.into_iter().flatten().map(|name| fold(name)).collect();
    names.join("\n")
}

fn class_name(class: HolderClass) -> Option<&'static str> {
    match class {
        HolderClass::Courier => Some("courier"),
        HolderClass::Guest => Some("guest"),
        HolderClass::Staff => Some("staff"),
        HolderClass::Resident => None,
    }
}
